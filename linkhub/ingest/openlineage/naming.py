"""The names of Airflow's runs, and what else a run id of OpenLineage's is known by here.

Airflow's run ids are unique in a DAG only: every daily DAG has the same one each night. A DAG run
is called by its run id alone as long as no other DAG of its project and domain has that one too;
from then on each of them is called `run_id@dag_id`, the first one as well. So the names depend
on which DAG runs there are, and never on which was heard of first.

Whoever names runs holds a lock on the run id, so that two DAGs never take it at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q

from linkhub.ingest.models import LineageRun
from linkhub.ingest.openlineage.places import fitted
from linkhub.runs.models import Action, Run
from linkhub.runs.nudges import nudge_on_commit
from linkhub.runs.pending import Unit, mark

ENGINE = "airflow"
# In order, so that two who want the same ones never wait for each other.
LOCK = """
    SELECT pg_advisory_xact_lock(hashtextextended(key, 0))
    FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (key, place) ORDER BY place
"""


@dataclass(frozen=True, order=True)
class DagRun:
    project: int
    domain: str
    run_id: str
    dag: str

    @property
    def shared(self) -> tuple[int, str, str]:
        """What it may have in common with the runs of other DAGs."""
        return self.project, self.domain, self.run_id

    @property
    def qualified(self) -> str:
        return fitted(f"{self.run_id}@{self.dag}")


def names_of(wanted: Collection[DagRun]) -> dict[DagRun, str]:
    """The name of each; renames the runs that had a name to themselves until now."""
    if not wanted:
        return {}
    _lock(wanted)
    known = _stored(Q(name__in={each.run_id for each in wanted}) | _qualified(wanted), wanted)
    sharing = Counter(each.shared for each in wanted)
    named: dict[DagRun, str] = {}
    new: dict[tuple[int, str, str], set[DagRun]] = defaultdict(set)
    for each in wanted:
        holder = known.get(each.shared)
        if (each.project, each.domain, each.qualified) in known:
            named[each] = each.qualified
        elif holder is not None and _may_be(holder, each, alone=sharing[each.shared] == 1):
            named[each] = each.run_id
        else:
            new[each.shared].add(each)
    taken = _qualified_before(new)
    for shared, runs in new.items():
        holder = known.get(shared)
        others = {each for each in named if each.shared == shared}
        alone = len(runs) == 1 and holder is None and not others and shared not in taken
        for each in runs:
            named[each] = each.run_id if alone else each.qualified
        if holder is not None and _dag_of(holder) is not None:
            former = DagRun(*shared, _dag_of(holder) or "")
            _rename(holder, former.qualified)
            named |= dict.fromkeys(others & {former}, former.qualified)
    return named


def _lock(wanted: Iterable[DagRun]) -> None:
    keys = sorted({"/".join(map(str, each.shared)) for each in wanted})
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [keys])


def _qualified(wanted: Iterable[DagRun]) -> Q:
    return Q(name__in={each.qualified for each in wanted})


def _stored(matching: Q, wanted: Iterable[DagRun]) -> dict[tuple[int, str, str], Run]:
    found = Run.objects.filter(matching, project__in={each.project for each in wanted})
    return {(run.project_id, run.domain, run.name): run for run in found.select_related("workflow")}


def _qualified_before(
    new: Mapping[tuple[int, str, str], Collection[DagRun]],
) -> set[tuple[int, str, str]]:
    """The run ids that more than one DAG has had already."""
    if not new:
        return set()
    begins = Q()
    for _, _, run_id in new:
        begins |= Q(name__startswith=f"{run_id}@")
    found = Run.objects.filter(begins, project__in={key[0] for key in new})
    names = found.values_list("project_id", "domain", "name", "workflow__name")
    return {
        key
        for key in new
        for project, domain, name, dag in names
        if (project, domain) == key[:2] and DagRun(*key, dag or "").qualified == name
    }


def _may_be(run: Run, dag_run: DagRun, *, alone: bool) -> bool:
    """Whether a run of that name is this one: of its DAG, or of none that is known while no other
    claims it."""
    dag = _dag_of(run)
    return dag == dag_run.dag or (dag is None and alone)


def _dag_of(run: Run) -> str | None:
    """None where it is not known yet, as of a run that something else was recorded of first."""
    return run.workflow.name if run.workflow else None


def _rename(run: Run, name: str) -> None:
    """Its links may have its name in them. A run that is none of Airflow's keeps its own."""
    if (
        run.engine != ENGINE
        or Run.objects.filter(project=run.project_id, domain=run.domain, name=name).exists()
    ):
        return
    Run.objects.filter(pk=run.pk).update(name=name)
    steps = Action.objects.filter(run=run).values_list("pk", flat=True)
    units = {Unit(run.project_id, run.pk), *(Unit(run.project_id, run.pk, pk) for pk in steps)}
    mark(units)
    nudge_on_commit()


def known_as(uuids: Iterable[tuple[int, UUID]]) -> dict[tuple[int, UUID], LineageRun]:
    """By project and run id, those that are known by another name here."""
    wanted = set(uuids)
    if not wanted:
        return {}
    found = LineageRun.objects.filter(
        project__in={project for project, _ in wanted}, uuid__in={uuid for _, uuid in wanted}
    )
    return {(row.project_id, row.uuid): row for row in found.select_related("run")}


def remember(rows: Collection[LineageRun]) -> None:
    LineageRun.objects.bulk_create(rows, ignore_conflicts=True)
