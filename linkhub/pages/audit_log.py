"""The audit log: all of it for admins, a project's for its maintainers; as a page, CSV and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linkhub.accounts.models import AuditEntry, Project
from linkhub.lib.keyset import BadCursor, after, decode_cursor, encode_cursor
from linkhub.pages.access import maintained_or_404, signed_in
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request

SHOWN = 50
ORDER = ("-at", "-id")
COLUMNS = (
    "at",
    "actor_kind",
    "actor",
    "action",
    "kind",
    "name",
    "project",
    "before",
    "after",
    "reason",
    "address",
    "request_id",
)


class Filters(forms.Form):
    """All in the address, so that a view of the log can be sent to somebody."""

    actor = forms.CharField(required=False, max_length=300)
    action = forms.ChoiceField(
        required=False, choices=[("", "any"), *AuditEntry.Action.choices], label="Did"
    )
    kind = forms.CharField(required=False, max_length=40)
    name = forms.CharField(required=False, max_length=500)
    project = forms.CharField(required=False, max_length=255)
    since = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}))

    def apply(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        given = self.cleaned_data
        exact = {field: given[field] for field in ("actor", "action", "kind", "name")}
        wanted = {field: value for field, value in exact.items() if value}
        if given["project"]:
            wanted["project_name"] = given["project"]
        if given["since"]:
            wanted["at__gte"] = _midnight(given["since"])
        if given["until"]:
            wanted["at__lt"] = _midnight(given["until"])
        return entries.filter(**wanted)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of what was changed, before and after, as JSON."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    entry: AuditEntry
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """`next` and the exports are addresses; `project` is none on the whole instance's log."""

    project: Project | None
    rows: list[EntryRow]
    filters: Filters
    next: str
    csv: str
    json: str


@require_safe
@never_cache
@signed_in
def instance_audit(request: Request) -> HttpResponseBase:
    if not request.user.is_superuser:
        raise Http404("There is nothing here that you may see.")
    return _log(request, AuditEntry.objects.all(), None)


@require_safe
@never_cache
@signed_in
def project_audit(request: Request, project: str) -> HttpResponseBase:
    found = maintained_or_404(request, project)
    return _log(request, AuditEntry.objects.filter(project=found), found)


def _log(
    request: Request, entries: QuerySet[AuditEntry], project: Project | None
) -> HttpResponseBase:
    filters = Filters(request.GET)
    wanted = filters.apply(entries) if filters.is_valid() else entries.none()
    match request.GET.get("format"):
        case "csv":
            return _download(_as_csv(wanted), "text/csv; charset=utf-8", "audit.csv")
        case "json":
            return _download(_as_json(wanted), "application/json", "audit.json")
        case _:
            return _page(request, wanted, filters, project)


def _page(
    request: Request, entries: QuerySet[AuditEntry], filters: Filters, project: Project | None
) -> HttpResponse:
    cursor = request.GET.get("after")
    try:
        place = decode_cursor(cursor, (datetime, int)) if cursor else None
    except BadCursor as error:
        raise Http404("There is no such page of the log.") from error
    found = list(after(entries, ORDER, place)[: SHOWN + 1])
    shown = found[:SHOWN]
    more = {"after": encode_cursor([shown[-1].at, shown[-1].pk])} if len(found) > SHOWN else None
    query = {name: value for name, value in filters.data.items() if name in filters.fields}
    context = AuditPage(
        project=project,
        rows=[EntryRow(entry, differences(entry)) for entry in shown],
        filters=filters,
        next=f"?{urlencode(query | more)}" if more else "",
        csv=f"?{urlencode(query | {'format': 'csv'})}",
        json=f"?{urlencode(query | {'format': 'json'})}",
    )
    return page(request, "accounts/audit.html", {"page": context})


def differences(entry: AuditEntry) -> list[Difference]:
    """The fields that are not what they were."""
    before, after = entry.before or {}, entry.after or {}
    fields = sorted({*before, *after})
    return [
        Difference(field, _shown(before, field), _shown(after, field))
        for field in fields
        if before.get(field) != after.get(field) or (field in before) != (field in after)
    ]


def _shown(document: dict[str, Any], field: str) -> str:
    if field not in document:
        return ""
    value = document[field]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_csv(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for entry in entries.order_by(*ORDER).iterator():
        row = _document(entry)
        yield writer.writerow([_cell(row[column]) for column in COLUMNS])


def _as_json(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    separator = "["
    for entry in entries.order_by(*ORDER).iterator():
        yield separator + json.dumps(_document(entry), cls=DjangoJSONEncoder, ensure_ascii=False)
        separator = ",\n"
    yield "]\n" if separator != "[" else "[]\n"


def _document(entry: AuditEntry) -> dict[str, Any]:
    document = {column: getattr(entry, column) for column in COLUMNS if column != "project"}
    return document | {"project": entry.project_name or None}


def _cell(value: Any) -> str:
    """Text that a spreadsheet takes as text: a formula begins with one of these."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else value
    if not isinstance(text, str):
        text = json.dumps(text, ensure_ascii=False)
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _download(lines: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type=kind, headers=disposition)


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001


class _Echo:
    """Gives each line back to who asked for it instead of keeping it."""

    def write(self, line: str) -> str:
        return line
