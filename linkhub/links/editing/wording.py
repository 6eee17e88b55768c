"""A definition in plain words: for what it is shown, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from linkhub.links.documents import Condition, DefinitionDocument, Globs, Select, When

_OPS = {
    "equals": "is",
    "in": "is one of",
    "glob": "matches",
    "regex": "matches the expression",
    "lt": "is less than",
    "le": "is at most",
    "gt": "is greater than",
    "ge": "is at least",
}


def in_words(document: DefinitionDocument) -> str:
    """Such as "Shown for every action of workflow `train_*`, while it runs, for 30d after.\""""
    if not document.enabled:
        return "Not shown: it is disabled."
    subject = f"every {document.level}{_of(document)}"
    return f"Shown for {subject}{_rules(document.when)}{_lifecycle(document)}."


def _of(document: DefinitionDocument) -> str:
    owner = f" in the project `{document.project}`" if document.project else ""
    return owner + "".join(_selected(document.select))


def _selected(select: Select) -> Iterator[str]:
    if select.task:
        yield f" of the task {_either(select.task)}"
    if select.workflow:
        yield f" of the workflow {_either(select.workflow)}"
    if select.project:
        yield f" in the project {_either(select.project)}"
    if select.domain:
        yield f" in the domain {_either(select.domain)}"
    for label, globs in select.labels.items():
        yield f" with the label `{label}` {_either(globs)}"
    if select.phase:
        yield f", while it is {_either(select.phase)}"


def _rules(when: When) -> str:
    every = [_rule(each) for each in when.all]
    some = " or ".join(_rule(each) for each in when.any)
    rules = [*every, f"({some})" if len(when.any) > 1 and every else some]
    joined = " and ".join(filter(None, rules))
    return f", where {joined}" if joined else ""


def _rule(rule: Condition) -> str:
    if rule.op == "exists":
        return f"{rule.variable} has {'no' if rule.value in (False, 'false') else 'a'} value"
    values = rule.value if isinstance(rule.value, list) else [rule.value]
    return f"{rule.variable} {_OPS[rule.op]} {_listed([str(each) for each in values])}"


def _lifecycle(document: DefinitionDocument) -> str:
    told = []
    if not document.show_while_pending:
        told.append("once it has begun")
    if document.hide_once_finished:
        told.append("until it has ended")
    elif document.ttl:
        told.append(f"until {document.ttl} after its end")
    return "".join(f", {each}" for each in told)


def _either(globs: Globs) -> str:
    return _listed([globs] if isinstance(globs, str) else globs)


def _listed(texts: Sequence[str]) -> str:
    return " or ".join(f"`{each}`" for each in texts)
