"""docs/scale.md: an estimate on paper for ten million runs, from what the bench measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from benchmarks.costs import Cost

RUNS, LINKS = 10_000_000, 100_000_000
# What is assumed, and stands in the text as such.
DAYS_KEPT, PEAK, DOCUMENTS, RESOLVED, BLOAT = 180, 50, 6, 3, 1.3
PAGES_A_DAY, EDITED_SHARE = 50_000, 0.2
WORKERS, WEB_PROCESSES, DATABASE_CORES, MEMORY_GB, DISK_GB = 4, 4, 4, 32, 500
GIGA, MILLION, THOUSAND, DAY = 1e9, 1e6, 1e3, 86_400
KEYS = (
    "bytes_a_run",
    "bytes_a_link",
    "record_seconds",
    "resolve_seconds",
    "page_seconds",
    "worker_memory",
    "web_memory",
)

TEXT = """\
# Scale

<!-- Written by the bench from its figures: edit benchmarks/scale.py, not this file. -->

An estimate on paper, for {runs:,} runs with {links:,} links. Nothing here was run at that size:
measured are the figures of the first table, with {measured_runs:,} runs stored on
{processors} processors; the rest is multiplication. How they were measured stands in
[performance.md](performance.md).

## What was measured

| | measured |
|---|---|
| a run on disk, without its links | {bytes_a_run:,.0f} bytes ({about_run}) |
| a link on disk | {bytes_a_link:,.0f} bytes ({about_link}) |
| recording a million runs | {record_seconds:,.0f} processor seconds ({about_record}) |
| resolving and storing a million links | {resolve_seconds:,.0f} processor seconds \
({about_resolve}) |
| a thousand all-workflow pages | {page_seconds:,.1f} processor seconds ({about_page}) |
| a worker process, at most | {worker_memory:,.0f} MB |
| a web process, at most | {web_memory:,.0f} MB |

## What is assumed

- Runs are kept {days} days, so {runs_a_day:,.0f} begin each day; the busiest minutes have {peak}
  times the average.
- A run is told of {documents} times while it goes on; each time costs what recording it whole does.
- A link is resolved {resolved} times: when its step is queued, starts and ends.
- {pages_a_day:,} pages are opened a day, all as heavy as the all-workflow page.
- Tables hold {bloat:.0%} of their fresh size, once rows have been rewritten and vacuumed.

## What follows

| | |
|---|---|
| runs, actions, attempts, pods on disk | {disk_runs:,.0f} GB |
| links on disk | {disk_links:,.0f} GB |
| the database, with {bloat:.0%} | {disk:,.0f} GB |
| processors for recording: average, peak | {record_cores:.3f}, {record_peak:.2f} |
| processors for resolving: average, peak | {resolve_cores:.3f}, {resolve_peak:.2f} |
| processors for pages: average, peak | {page_cores:.3f}, {page_peak:.2f} |
| an edit that reaches {edited_runs:,} runs, one link each | {edit_seconds:,.0f} processor \
seconds: {edit_minutes:,.1f} minutes of {workers} worker processes |

Processor seconds are those of LinkHub and of the database together.

## A small cluster for it

| what | how much | why |
|---|---|---|
| PostgreSQL, and a replica to fail over to | {database_cores} processors, {memory} GB, \
{disk_size:,} GB of NVMe each | {disk:,.0f} GB with room to grow; indexes of the newest runs stay \
in memory |
| workers, two machines | {workers} processes on {workers} processors, {worker_total:.1f} GB | \
{busy:.1%} of them busy at peak; the rest is for edits |
| web, two machines | {web} processes on {web} processors, {web_total:.1f} GB | {page_busy:.1%} of \
them busy with pages at peak; recording comes on top |
| Valkey | 1 GB | messages are nudges: losing them loses nothing |

All of it together needs {all_peak:.1f} processors in the busiest minutes, of {all_cores} there are.
What the paper does not know: disks slower than memory once what is asked for no longer fits, and
locks between many writers of one run. Both want measuring at the size before it is relied on.

## Beyond: partitions

{link_share:.0%} of the bytes are `links_link` and `links_resolved`. Ids of runs ascend in the order
in which runs were first heard of, so ranges of `run_id` are spans of time that never change: a
run's created time may still move, its id does not.

1. **`links_link` and `links_resolved`, by range of `run_id`**, a partition for each two million
   runs, and a default one for links of projects, which have no run. Their natural keys contain the
   run, so each stays a unique constraint within the partitions. Nothing refers to their ids (a
   back-link keeps one without a constraint), so the primary key becomes (`run_id`, `id`) for
   runs' rows and a plain index in the default partition. Foreign keys to runs, actions, attempts
   and pods go from partitions as from tables.
2. **`runs_action`, then `runs_attempt` and `runs_pod`, by the same ranges.** An action's natural
   key contains its run; attempts and pods get a `run_id` column first, filled by the recorder
   and, for old rows, in batches. Foreign keys to them become (`run_id`, `action_id`), and so on;
   every row that refers to one knows its run by then.
3. `runs_run` stays one table: its natural key (project, domain, name) holds over all time, which
   no range could. Its rows alone are a small part, and every list begins at its indexes.

What belongs to one run (its page, `/go`, resolving, recording) touches one partition. Lists by
project, tool or state merge the partitions' indexes, a few pages more for each. Retention drops a
partition once its last run has gone, instead of deleting its rows one by one.

Moving without stopping, a table at a time:

1. Add `CHECK (run_id < N) NOT VALID` for an N not reached yet, then validate it: no lock that
   anybody waits for. Build the indexes that the parent will have `CONCURRENTLY`.
2. In one short transaction: rename the table, make the partitioned one under its name, attach the
   old one as everything below N (the check spares the scan; indexes and foreign keys that match
   are taken over), move the projects' few rows to the default partition, attach an empty
   partition from N on. Both versions of LinkHub write by name and notice nothing.
3. Runs from N on fill the new partition. The old one is split later, in batches, or left until
   retention has emptied it.
"""


@dataclass(frozen=True)
class _Measured:
    costs: dict[str, Cost]
    processors: int
    runs: int

    def value(self, key: str) -> float:
        return self.costs[key].value


def document(found: Sequence[dict[str, Any]]) -> str:
    """The whole text from the run of the bench with the most runs; empty without its costs."""
    complete = [measured for one in found if (measured := _measured(one)) is not None]
    if not complete:
        return ""
    best = max(complete, key=lambda one: one.runs)
    return TEXT.format(**_inputs(best), **_follows({key: best.value(key) for key in KEYS}))


def costs_of(found: dict[str, Any]) -> list[Cost]:
    names = [field.name for field in fields(Cost)]
    return [Cost(**{name: one[name] for name in names}) for one in found.get("costs", [])]


def _measured(found: dict[str, Any]) -> _Measured | None:
    """Of the largest size; none where something was not measured."""
    costs: dict[str, Cost] = {}
    for cost in sorted(costs_of(found), key=lambda one: one.runs):
        costs[cost.key] = cost
    if not set(KEYS) <= costs.keys():
        return None
    return _Measured(costs, found["machine"]["processors"], costs["bytes_a_run"].runs)


def _inputs(best: _Measured) -> dict[str, Any]:
    return {
        "runs": RUNS,
        "links": LINKS,
        "measured_runs": best.runs,
        "processors": best.processors,
        "days": DAYS_KEPT,
        "runs_a_day": RUNS / DAYS_KEPT,
        "peak": PEAK,
        "documents": DOCUMENTS,
        "resolved": RESOLVED,
        "pages_a_day": PAGES_A_DAY,
        "bloat": BLOAT,
        "workers": WORKERS,
        "web": WEB_PROCESSES,
        "database_cores": DATABASE_CORES,
        "memory": MEMORY_GB,
        "disk_size": DISK_GB,
        "about_run": best.costs["bytes_a_run"].about,
        "about_link": best.costs["bytes_a_link"].about,
        "about_record": best.costs["record_seconds"].about,
        "about_resolve": best.costs["resolve_seconds"].about,
        "about_page": best.costs["page_seconds"].about,
        **{key: best.value(key) for key in KEYS},
    }


def _follows(of: dict[str, float]) -> dict[str, float]:
    """What the measured values come to."""
    disk_runs, disk_links = RUNS * of["bytes_a_run"] / GIGA, LINKS * of["bytes_a_link"] / GIGA
    record = RUNS / DAYS_KEPT * DOCUMENTS * of["record_seconds"] / MILLION / DAY
    resolve = LINKS / DAYS_KEPT * RESOLVED * of["resolve_seconds"] / MILLION / DAY
    page = PAGES_A_DAY * of["page_seconds"] / THOUSAND / DAY
    edited = int(RUNS * EDITED_SHARE)
    edit = edited * of["resolve_seconds"] / MILLION
    return {
        "disk_runs": disk_runs,
        "disk_links": disk_links,
        "disk": (disk_runs + disk_links) * BLOAT,
        "link_share": disk_links / (disk_runs + disk_links),
        "record_cores": record,
        "record_peak": record * PEAK,
        "resolve_cores": resolve,
        "resolve_peak": resolve * PEAK,
        "page_cores": page,
        "page_peak": page * PEAK,
        "busy": resolve * PEAK / WORKERS,
        "page_busy": page * PEAK / WEB_PROCESSES,
        "all_peak": (record + resolve + page) * PEAK,
        "all_cores": WORKERS + WEB_PROCESSES + DATABASE_CORES,
        "edited_runs": edited,
        "edit_seconds": edit,
        "edit_minutes": edit / WORKERS / 60,
        "worker_total": WORKERS * of["worker_memory"] / THOUSAND,
        "web_total": WEB_PROCESSES * of["web_memory"] / THOUSAND,
    }
