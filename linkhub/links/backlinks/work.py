"""A worker's round: claim what is due, let the child write it, store what became of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from linkhub.links.backlinks.targets import NoTarget, Target, target_of
from linkhub.links.models import Backlink, Link

log = structlog.get_logger(__name__)

BATCH = 20
CHILD_SECONDS = 120
LEASE = timedelta(seconds=CHILD_SECONDS + 60)
# After so many failures, the last of which lie hours apart, it rests with its error shown.
MOST_ATTEMPTS = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
# What is wrong for all of them is tried again after this, and counts as nobody's failure.
PROBLEM_PAUSE = timedelta(minutes=10)
NO_KEY = "LINKHUB_WANDB_API_KEY is not set"
NO_ADDRESS = "LINKHUB_PUBLIC_URL is not set, so LinkHub does not know its own address"
TITLE = "LinkHub"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed row with the address that is to be written."""

    row: Backlink
    address: str


class Problem(Exception):
    """Nothing can be written at all; says why."""


def write_due(*, seconds: float) -> None:
    """Write what is due, batch by batch, until nothing is or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and (claimed := claim()):
        write(claimed)


def claim() -> list[Claimed]:
    """Lease what is due; rows whose link is gone go too."""
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    due = Backlink.objects.filter(free, state=Backlink.State.PENDING, not_before__lte=now)
    with transaction.atomic():
        rows = list(due.order_by("not_before").select_for_update(skip_locked=True)[:BATCH])
        places = {link.pk: link for link in _links(rows)}
        gone = [row.pk for row in rows if row.link_id not in places]
        Backlink.objects.filter(pk__in=gone).delete()
        kept = [row for row in rows if row.link_id in places]
        Backlink.objects.filter(pk__in=[row.pk for row in kept]).update(claimed_until=now + LEASE)
    return [Claimed(row, address_of(places[row.link_id])) for row in kept]


def clear_away() -> None:
    """Delete the rows whose links are gone: deleting links leaves this table alone."""
    Backlink.objects.exclude(link_id__in=Link.objects.values("pk")).delete()


def write(claimed: Sequence[Claimed]) -> None:
    """Write one batch, and store what became of each of it."""
    try:
        targets = dict(_targets(claimed))
        if targets:
            outcomes = _ask_child([each for each in claimed if each.row.pk in targets], targets)
            for each in claimed:
                if each.row.pk in targets:
                    _store(each.row, outcomes.get(each.row.pk, "W&B took too long"))
    except Problem as problem:
        log.warning("backlinks_not_written", reason=str(problem), waiting=len(claimed))
        _put_off([each.row for each in claimed], str(problem))


def address_of(link: Link) -> str:
    """The page of the link's action, else of its run; a path only, where nobody told us more."""
    assert link.run is not None
    names = [link.project.name, link.run.domain, link.run.name]
    if link.action is None:
        path = reverse("run", args=names)
    else:
        path = reverse("action", args=[*names, link.action.name])
    return f"{settings.LINKHUB_PUBLIC_URL.rstrip('/')}{path}"


def _links(rows: Sequence[Backlink]) -> Iterator[Link]:
    links = Link.objects.filter(pk__in=[row.link_id for row in rows], run__isnull=False)
    return links.select_related("project", "run", "action").iterator()


def _targets(claimed: Sequence[Claimed]) -> Iterator[tuple[int, Target]]:
    """The W&B run of each; where there is none it has failed for good."""
    for each in claimed:
        try:
            yield each.row.pk, target_of(each.row.url, settings.LINKHUB_WANDB_HOSTS)
        except NoTarget as no_target:
            _fail(each.row, str(no_target))


def _ask_child(claimed: Sequence[Claimed], targets: dict[int, Target]) -> dict[int, str]:
    """The error of each by id, empty where it is written. Raises Problem."""
    if not settings.LINKHUB_WANDB_API_KEY:
        raise Problem(NO_KEY)
    if not settings.LINKHUB_PUBLIC_URL:
        raise Problem(NO_ADDRESS)
    runs = [
        {
            "id": each.row.pk,
            "title": TITLE,
            "address": each.address,
            "entity": targets[each.row.pk].entity,
            "project": targets[each.row.pk].project,
            "run": targets[each.row.pk].run,
        }
        for each in claimed
    ]
    job = {"api_host": settings.LINKHUB_WANDB_API_HOST, "key": settings.LINKHUB_WANDB_API_KEY}
    answers = run_child(job | {"runs": runs}, seconds=CHILD_SECONDS)
    for answer in answers:
        if "problem" in answer:
            raise Problem(answer["problem"])
    return {answer["id"]: answer["error"] for answer in answers}


def run_child(job: dict[str, Any], *, seconds: float) -> list[dict[str, Any]]:
    """What the child has said by then; its environment and folder are its own.

    The key travels by standard input, where no list of processes shows it.
    """
    with tempfile.TemporaryDirectory(prefix="linkhub-wandb-") as folder:
        answers = Path(folder, "answers")
        answers.touch()
        command = [sys.executable, "-m", "linkhub.links.backlinks.child", str(answers)]
        environment = _environment(folder)
        process = subprocess.Popen(  # noqa: S603 (our own module)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env=environment,
            start_new_session=True,
        )
        try:
            process.communicate(json.dumps(job).encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            log.warning("backlinks_took_too_long", seconds=seconds)
        finally:
            _end(process)
        return [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]


def _end(process: subprocess.Popen[bytes]) -> None:
    """With the server that `wandb` starts beside it: they are a group of their own."""
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        log.debug("backlinks_child_gone", pid=process.pid)
    process.wait()


def _environment(folder: str) -> dict[str, str]:
    """What `wandb` may know: how to reach the network, and a folder that is thrown away."""
    kept = ("PATH", "LANG", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE")
    given = {name: os.environ[name] for name in kept if name in os.environ}
    return given | {
        "HOME": folder,
        "TMPDIR": folder,
        "WANDB_SILENT": "true",
        "WANDB_ERROR_REPORTING": "false",
    }


def _store(row: Backlink, error: str) -> None:
    if not error:
        _update(row, state=Backlink.State.WRITTEN, error="")
    elif row.attempts + 1 >= MOST_ATTEMPTS:
        _fail(row, error)
    else:
        pause = min(FIRST_PAUSE * 2**row.attempts, LONGEST_PAUSE)
        _update(row, error=error, attempts=row.attempts + 1, not_before=timezone.now() + pause)


def _fail(row: Backlink, error: str) -> None:
    _update(row, state=Backlink.State.FAILED, error=error, attempts=row.attempts + 1)


def _put_off(rows: Sequence[Backlink], error: str) -> None:
    for row in rows:
        _update(row, error=error, not_before=timezone.now() + PROBLEM_PAUSE)


def _update(row: Backlink, **columns: object) -> None:
    """Store, unless the link leads elsewhere by now: then this is about nothing any more."""
    pending = Backlink.objects.filter(pk=row.pk, url=row.url, state=Backlink.State.PENDING)
    pending.update(claimed_until=None, **columns)
