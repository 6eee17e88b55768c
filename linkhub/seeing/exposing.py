"""Everything as Prometheus reads it: what all processes counted, and how things stand now.

Each part is asked by itself and in bounded time: one that cannot be had is left out, named by
`linkhub_part_failed`, and takes no other along. Numbers of the same LinkHub are the same from
every web process: one is to be scraped, not all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from linkhub.ingest.sources.health import SourceState, health_of_sources
from linkhub.lib import meters
from linkhub.lib.version import VERSION
from linkhub.links.models import Backfill, Tally
from linkhub.links.progress import progress_of
from linkhub.seeing import condition
from linkhub.seeing.models import Process, Total
from linkhub.seeing.queue import waiting

log = structlog.get_logger(__name__)
# No question of these takes long; one that does is worth less than what else is asked.
PATIENCE = "SET LOCAL statement_timeout = '2s'"
BACKFILLS = 100

Part = Callable[[], Iterable[Metric]]
Stored = dict[str, dict[tuple[str, ...], dict[str, float]]]


def exposition() -> bytes:
    """The text format, version 0.0.4."""
    registry = CollectorRegistry()
    registry.register(_All())
    return generate_latest(registry)


class _All(Collector):
    def collect(self) -> Iterator[Metric]:
        yield _gauge("linkhub_info", "Which LinkHub this is.", ("version",), [((VERSION,), 1)])
        yield from _parts()  # outside of any transaction: it says so where none can be had
        failed: list[str] = []
        for name, part in PARTS.items():
            try:
                with transaction.atomic():
                    _be_quick()
                    found = list(part())
            except DatabaseError as error:
                log.warning("metrics_left_out", part=name, error=str(error))
                failed.append(name)
            else:
                yield from found
        help_ = "1 for each part of these metrics that could not be had."
        yield _gauge("linkhub_part_failed", help_, ("part",), [((one,), 1) for one in failed])

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked when the collector is registered."""
        return []


def _be_quick() -> None:
    with connection.cursor() as cursor:
        cursor.execute(PATIENCE)


def _gauge(
    name: str,
    text: str,
    labels: tuple[str, ...],
    values: Iterable[tuple[tuple[str, ...], float]],
) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for given, value in values:
        family.add_metric(given, value)
    return family


# What was counted -------------------------------------------------------------------------


def _counted() -> Iterator[Metric]:
    stored: Stored = defaultdict(lambda: defaultdict(dict))
    for metric, labels, part, value in Total.objects.values_list(
        "metric", "labels", "part", "value"
    ):
        stored[metric][tuple(json.loads(labels))][part] = value
    for meter in meters.ALL:
        of_meter = stored.get(meter.name, {})
        if isinstance(meter, meters.Counter):
            yield _counter(meter, of_meter)
        else:
            yield _histogram(meter, of_meter)


def _counter(
    meter: meters.Counter, stored: dict[tuple[str, ...], dict[str, float]]
) -> CounterMetricFamily:
    family = CounterMetricFamily(meter.name, meter.help, labels=meter.labels)
    if not meter.labels and not stored:
        family.add_metric((), 0)
    for labels, parts in sorted(stored.items()):
        if len(labels) == len(meter.labels):
            family.add_metric(labels, parts.get("", 0))
    return family


def _histogram(
    meter: meters.Histogram, stored: dict[tuple[str, ...], dict[str, float]]
) -> HistogramMetricFamily:
    """Buckets are stored each for itself, and exposed with all smaller ones in them."""
    family = HistogramMetricFamily(meter.name, meter.help, labels=meter.labels)
    ends = [*map(str, meter.bounds), meters.INFINITE]
    for labels, parts in sorted(stored.items()):
        if len(labels) != len(meter.labels):
            continue
        total, buckets = 0.0, []
        for end in ends:
            total += parts.get(end, 0)
            buckets.append((end, total))
        family.add_metric(labels, buckets, parts.get(meters.SUM, 0))
    return family


# How things stand -------------------------------------------------------------------------


def _queue() -> Iterator[Metric]:
    lanes = waiting()
    labels = ("lane", "priority")
    yield _gauge(
        "linkhub_pending",
        "Units waiting to be resolved; a hundred thousand are counted at most.",
        labels,
        [((each.lane, each.priority), each.number) for each in lanes],
    )
    yield _gauge(
        "linkhub_pending_oldest_seconds",
        "For how long the oldest waiting unit has been due.",
        labels,
        [((each.lane, each.priority), each.oldest) for each in lanes],
    )
    yield _gauge(
        "linkhub_pending_resting",
        "Units that failed too often and rest; a thousand are counted at most.",
        labels,
        [((each.lane, each.priority), each.resting) for each in lanes],
    )


def _parts() -> Iterator[Metric]:
    parts = condition.look().parts
    yield _gauge(
        "linkhub_part_ok",
        "Whether a part is well (1): see /readyz.",
        ("part",),
        [((part.name,), float(not part.said)) for part in parts],
    )


def _processes() -> Iterator[Metric]:
    counts: dict[tuple[str, ...], int] = defaultdict(int)
    queues: dict[tuple[str, ...], int] = {(queue,): 0 for queue in condition.QUEUES}
    for process in condition.living():
        counts[(process.kind,)] += 1
        for queue in process.queues if process.kind == Process.Kind.WORKER else ():
            queues[(queue,)] = queues.get((queue,), 0) + 1
    yield _gauge(
        "linkhub_processes",
        "Processes that live.",
        ("kind",),
        [((kind,), counts[(kind,)]) for kind in Process.Kind.values],
    )
    yield _gauge(
        "linkhub_queue_workers", "Workers that take from a queue.", ("queue",), queues.items()
    )


def _sources() -> Iterator[Metric]:
    sources = health_of_sources()
    yield _gauge(
        "linkhub_source_lag_seconds",
        "Since when something of a source may be missing.",
        ("source",),
        [((each.name,), each.lag_seconds) for each in sources if each.lag_seconds is not None],
    )
    yield _gauge(
        "linkhub_source_ok",
        "Whether a source is caught up, or paused (1).",
        ("source",),
        [((each.name,), float(each.state in WELL)) for each in sources],
    )
    yield _gauge(
        "linkhub_source_live_runs",
        "Runs of a source that are read until they end.",
        ("source",),
        [((each.name,), each.live_runs) for each in sources],
    )


WELL = frozenset({SourceState.OK, SourceState.PAUSED, SourceState.NEW})


def _backfills() -> Iterator[Metric]:
    running = list(Backfill.objects.filter(status=Backfill.Status.RUNNING)[:BACKFILLS])
    progress = progress_of(running, now=timezone.now())
    yield _gauge("linkhub_backfills_running", "Backfills at work.", (), [((), len(running))])
    left = sum(max(0, each.total - each.done) for each in progress)
    yield _gauge(
        "linkhub_backfill_units_left", "Units that backfills have still to reach.", (), [((), left)]
    )


def _links() -> Iterator[Metric]:
    """From the last tally, which looks at a part of many."""
    links: dict[tuple[str, ...], int] = defaultdict(int)
    broken: dict[tuple[str, ...], int] = defaultdict(int)
    rows = Tally.objects.values_list("definition__tool__name", "links", "broken")
    for tool, number, bad in rows:
        links[(tool or "",)] += number
        broken[(tool or "",)] += bad
    text = "Decided links that the last tally looked at, by tool."
    yield _gauge("linkhub_links_tallied", text, ("tool",), sorted(links.items()))
    text = "Those of them that were broken: failed, blocked, or missing a value for good."
    yield _gauge("linkhub_links_broken", text, ("tool",), sorted(broken.items()))


PARTS: dict[str, Part] = {
    "counts": _counted,
    "queue": _queue,
    "processes": _processes,
    "sources": _sources,
    "backfills": _backfills,
    "links": _links,
}
