"""Revisions as one reads them: each field before and after, as text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from linkhub.links.history import Revision

LONGEST_VALUE = 2000


@dataclass(frozen=True, slots=True)
class ShownDiff:
    """A field's name in words, and its value before and after; empty where it had none."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownRevision:
    """`reason` is what somebody wrote, empty where nobody did."""

    revision: Revision
    reason: str
    diffs: list[ShownDiff]


def shown_revisions(revisions: Iterable[Revision]) -> list[ShownRevision]:
    return [ShownRevision(each, _reason(each), _diffs(each)) for each in revisions]


def _reason(revision: Revision) -> str:
    return "" if revision.reason in {"saved", "deleted"} else revision.reason


def _diffs(revision: Revision) -> list[ShownDiff]:
    return [
        ShownDiff(each.field.replace("_", " "), _text(each.before), _text(each.after))
        for each in revision.diffs
    ]


def _text(value: Any) -> str:
    if value is None or value == "" or value == {} or value == []:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
