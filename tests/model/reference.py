"""The slow, obvious answer: every link of everything recorded, from scratch, by the book.

Written from the design alone and sharing nothing with resolving: it reads whole tables, loops over
all of them, and knows only the few forms of templates and rules that `worlds.py` makes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from linkhub.accounts.models import Project
from linkhub.links.models import LinkDefinition, Tool
from linkhub.runs.models import Action, AttachedLink, Attempt, Pod, Run

ENDED = ("succeeded", "failed", "aborted", "timed_out", "recovered")
LAYERS = ("emitted", "override", "task", "project", "instance")
LEVELS = ("project", "run", "action", "attempt", "pod")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
EXPRESSION = re.compile(r"\{\{ \.([\w.]+)(?: \| epoch)? \}\}")

# Project, domain, run, action, attempt, pod, key.
Place = tuple[str, str | None, str | None, str | None, int | None, str | None, str]


@dataclass(frozen=True)
class Answer:
    """What is compared of one link."""

    level: str
    state: str
    url: str | None
    origin: str
    name: str
    tool: str
    missing: frozenset[str]


@dataclass
class Subject:
    """One thing that links are for; `ends` are those of itself and of all that contains it."""

    level: str
    project: Project
    run: Run | None = None
    action: Action | None = None
    attempt: Attempt | None = None
    pod: Pod | None = None
    phase: str = ""
    ends: tuple[datetime | None, ...] = ()

    @property
    def ended(self) -> datetime | None:
        return min((end for end in self.ends if end is not None), default=None)

    @property
    def own(self) -> Any:
        return {"run": self.run, "action": self.action, "attempt": self.attempt}.get(
            self.level, self.pod
        )


@dataclass
class Candidate:
    layer: str
    name: str
    template: str
    show_while_pending: bool
    hide_once_finished: bool
    ttl: timedelta | None
    tool: Tool | None = None
    select: Any = None
    when: Any = None


class Reference:
    """All tables as they are, read once; `links` works everything out."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.runs = list(Run.objects.select_related("project", "workflow"))
        self.actions = list(Action.objects.select_related("task").order_by("pk"))
        self.attempts = list(Attempt.objects.order_by("number"))
        self.pods = list(Pod.objects.all())
        self.attached = list(AttachedLink.objects.order_by("position"))
        self.definitions = list(LinkDefinition.objects.select_related("project", "tool"))
        self.tools = list(Tool.objects.all())

    def links(self) -> dict[Place, Answer]:
        found: dict[Place, Answer] = {}
        for subject in self.subjects():
            for key, candidates in self.candidates(subject).items():
                takers = [each for each in candidates if self.takes_part(each, subject)]
                if takers:
                    place = self.place(subject, key)
                    found[place] = self.answer(takers[0], subject)
        return found

    # Subjects ----------------------------------------------------------------------------

    def subjects(self) -> list[Subject]:
        found = [Subject("project", project) for project in Project.objects.all()]
        for run in self.runs:
            ends = (run.ended_at,) if run.phase in ENDED else ()
            root = self.root(run)
            phase = run.phase or "running"
            newest = self.newest(root)
            of_run = Subject("run", run.project, run, root, newest, None, phase, ends)
            found.append(of_run)
            for action in self.actions_of(run):
                found += self.below(run, action, ends)
        return found

    def below(self, run: Run, action: Action, ends: tuple[datetime | None, ...]) -> list[Subject]:
        for each in (action, *self.ancestors(action)):
            ends += (each.ended_at,) if each.phase in ENDED else ()
        newest, phase = self.newest(action), action.phase or "running"
        found = [Subject("action", run.project, run, action, newest, None, phase, ends)]
        attempts = self.attempts_of(action)
        for attempt in attempts:
            own = ends + ((attempt.ended_at,) if attempt.phase in ENDED else ())
            own += tuple(each.started_at for each in attempts if each.number > attempt.number)
            phase = attempt.phase or "running"
            found.append(Subject("attempt", run.project, run, action, attempt, None, phase, own))
            for pod in self.pods_of(attempt):
                gone = own + ((pod.ended_at,) if pod.ended_at else ())
                found.append(Subject("pod", run.project, run, action, attempt, pod, phase, gone))
        return found

    def actions_of(self, run: Run) -> list[Action]:
        return [action for action in self.actions if action.run_id == run.pk]

    def attempts_of(self, action: Action) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.action_id == action.pk]

    def newest(self, action: Action | None) -> Attempt | None:
        return max(
            self.attempts_of(action) if action else [], key=lambda each: each.number, default=None
        )

    def pods_of(self, attempt: Attempt) -> list[Pod]:
        return [pod for pod in self.pods if pod.attempt_id == attempt.pk]

    def root(self, run: Run) -> Action | None:
        roots = [action for action in self.actions_of(run) if not action.parent]
        return min(roots, key=lambda each: (each.name != "a0", each.pk), default=None)

    def ancestors(self, action: Action) -> list[Action]:
        """The nearest first. Whoever is on a cycle has no parent."""
        by_name = {each.name: each for each in self.actions if each.run_id == action.run_id}
        chain: list[Action] = []
        at = action
        while (parent := by_name.get(at.parent)) is not None and not self.on_cycle(at, by_name):
            chain.append(parent)
            at = parent
        return chain

    def on_cycle(self, action: Action, by_name: dict[str, Action]) -> bool:
        at, seen = action, set()
        while (parent := by_name.get(at.parent)) is not None and parent.name not in seen:
            if parent.name == action.name:
                return True
            seen.add(parent.name)
            at = parent
        return False

    def place(self, subject: Subject, key: str) -> Place:
        run, level = subject.run, subject.level
        action = subject.action if level not in ("project", "run") else None
        attempt = subject.attempt if level in ("attempt", "pod") else None
        return (
            subject.project.name,
            run.domain if run else None,
            run.name if run else None,
            action.name if action else None,
            attempt.number if attempt else None,
            subject.pod.name if subject.pod else None,
            key,
        )

    # Candidates --------------------------------------------------------------------------

    def candidates(self, subject: Subject) -> dict[str, list[Candidate]]:
        """By key, the highest layer first."""
        ranked: list[tuple[Any, str, Candidate]] = []
        for attached, own in self.attached_to(subject):
            body = attached["body"]
            if self.attached_level(attached, own, subject) != subject.level:
                continue
            if attached["attempt"] and (
                subject.attempt is None or attached["attempt"] != subject.attempt.number
            ):
                continue
            if attached["pod"] and (subject.pod is None or attached["pod"] != subject.pod.name):
                continue
            rank = (
                LAYERS.index(attached["layer"]),
                not own,
                not attached["pod"],
                not attached["attempt"],
                attached["position"],
            )
            ttl = body.get("ttl")
            candidate = Candidate(
                attached["layer"],
                body["name"],
                body["url"],
                body["show_while_pending"],
                body.get("hide_once_finished", False),
                timedelta(seconds=int(ttl[:-1]) * UNITS[ttl[-1]]) if ttl else None,
            )
            ranked.append((rank, attached["key"], candidate))
        for row in self.definitions:
            if row.level != subject.level or row.deleted or not row.enabled:
                continue
            if row.project_id not in (None, subject.project.pk):
                continue
            layer = "project" if row.project_id else "instance"
            candidate = Candidate(
                layer,
                row.name,
                row.template,
                row.show_while_pending,
                row.hide_once_finished,
                row.ttl,
                row.tool,
                row.select,
                row.when,
            )
            ranked.append(((LAYERS.index(layer), 0, 0, 0, 0), row.key, candidate))
        found: dict[str, list[Candidate]] = {}
        for _, key, candidate in sorted(ranked, key=lambda each: each[0]):
            found.setdefault(key, []).append(candidate)
        return found

    def attached_to(self, subject: Subject) -> list[tuple[dict[str, Any], bool]]:
        """What is attached to the subject's run or action or its task; whether to it alone."""
        if subject.run is None:
            return []
        found = []
        for row in self.attached:
            if row.run_id == subject.run.pk and row.action_id in (
                None,
                subject.action.pk if subject.action else None,
            ):
                own = (row.action_id is None) == (subject.level == "run")
                if row.action_id is not None and subject.level == "run":
                    continue
                fields = ("layer", "key", "attempt", "pod", "position", "body")
                found.append(({name: getattr(row, name) for name in fields}, own))
        action = subject.action
        if subject.level != "run" and action and action.task and not action.replaces_task_links:
            for position, body in enumerate(action.task.links):
                given = {"layer": "task", "position": position, "body": body}
                found.append((given | {n: body[n] for n in ("key", "attempt", "pod")}, True))
        return found

    def attached_level(self, attached: dict[str, Any], own: bool, subject: Subject) -> str:
        on_run = own == (subject.level == "run")
        home = "run" if on_run else "action"
        named = "pod" if attached["pod"] else "attempt" if attached["attempt"] else home
        asked = attached["body"].get("level") or home
        return max((home, named, asked), key=LEVELS.index)

    def takes_part(self, candidate: Candidate, subject: Subject) -> bool:
        select = candidate.select or {}
        action, run = subject.action, subject.run
        names = {
            "project": subject.project.name,
            "domain": run.domain if run else "",
            "workflow": run.workflow.name if run and run.workflow else "",
            "task": action.task.name if action and action.task else "",
            "phase": subject.phase,
        }
        for name, value in names.items():
            wanted = select.get(name)
            if wanted and value not in (wanted if isinstance(wanted, list) else [wanted]):
                return False
        labels = self.labels(subject)
        if any(labels.get(key) != value for key, value in (select.get("labels") or {}).items()):
            return False
        when = candidate.when or {}
        every = [self.holds(rule, subject) for rule in when.get("all") or []]
        some = [self.holds(rule, subject) for rule in when.get("any") or []]
        return all(every) and (any(some) or not some)

    def holds(self, rule: dict[str, Any], subject: Subject) -> bool:
        value = self.value(rule["variable"], subject, None)
        if rule["op"] == "exists":
            return value is not None
        assert rule["op"] == "equals"
        return value == rule["value"]

    # Outcomes ----------------------------------------------------------------------------

    def answer(self, candidate: Candidate, subject: Subject) -> Answer:
        state, url, missing = self.outcome(candidate, subject)
        return Answer(
            subject.level,
            state,
            url if state == "ready" else None,
            candidate.layer,
            candidate.name,
            self.tool_of(candidate),
            frozenset(missing),
        )

    def outcome(self, candidate: Candidate, subject: Subject) -> tuple[str, str, list[str]]:
        terminal = bool(subject.ends)
        pending = not terminal and subject.phase in ("queued", "initializing")
        if pending and not candidate.show_while_pending:
            return "hidden", "", []
        if terminal and candidate.hide_once_finished:
            return "hidden", "", []
        lasts = candidate.ttl is None or not terminal or subject.ended is None
        if not lasts and self.now >= subject.ended + candidate.ttl:
            return "expired", "", []
        names = [found[1] for found in EXPRESSION.finditer(candidate.template)]
        values = {name: self.value(name, subject, candidate.tool) for name in names}
        missing = [name for name, value in values.items() if value is None]
        if missing:
            return "missing" if terminal else "waiting", "", missing
        url = EXPRESSION.sub(lambda found: str(values[found[1]]), candidate.template)
        if candidate.template.startswith("https://{{ .context.w }}"):
            host = url.removeprefix("https://").partition("/")[0]
            if all(tool.base_url != f"https://{host}" for tool in self.tools):
                return "blocked", "", []
        return "ready", url, []

    def tool_of(self, candidate: Candidate) -> str:
        if candidate.layer in ("project", "instance"):
            return candidate.tool.name if candidate.tool else ""
        for tool in self.tools:
            if candidate.template.startswith(f"{tool.base_url}/"):
                return tool.name
        return ""

    # Values ------------------------------------------------------------------------------

    def value(self, name: str, subject: Subject, tool: Tool | None) -> str | None:
        run, action, attempt, pod = subject.run, subject.action, subject.attempt, subject.pod
        if name == "project":
            return subject.project.name
        if name == "tool.base_url":
            return tool.base_url if tool else None
        if name == "phase":
            return subject.phase or None
        if run is None:
            return None
        if name == "runName":
            return run.name
        if name == "context.w":
            return self.context(subject).get("w")
        if name == "labels.team":
            return self.labels(subject).get("team")
        if name == "endTime":
            end = subject.own.ended_at or (subject.ended if subject.ends else None)
            return str(int((end or self.now).timestamp()))
        if name == "actionName":
            return action.name if action else None
        if name == "taskName":
            return action.task.name if action and action.task else None
        if name == "attempt":
            return str(attempt.number) if attempt else None
        assert name == "podName"
        if pod is None and attempt is not None:
            pod = min(
                self.pods_of(attempt),
                key=lambda each: (
                    not each.primary,
                    each.worker_index is None,
                    each.worker_index,
                    each.name,
                ),
                default=None,
            )
        return pod.name if pod else None

    def context(self, subject: Subject) -> dict[str, str]:
        run, action = subject.run, subject.action
        assert run is not None
        if subject.level == "run" and run.context:
            return dict(run.context)
        for each in (action, *self.ancestors(action)) if action else ():
            if each.context is not None:
                return dict(each.context)
        return dict(run.context or {})

    def labels(self, subject: Subject) -> dict[str, str]:
        if subject.run is None:
            return {}
        own = subject.action.labels if subject.action and subject.level != "run" else {}
        return {**subject.run.labels, **own}
