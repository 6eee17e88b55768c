"""Spark, dbt, Dagster and Flink: runs by parent and root, and what their facets say."""

from __future__ import annotations

import pytest

from linkhub.accounts.models import Project
from linkhub.ingest.models import LineageRun, Source
from linkhub.ingest.sources.rounds import poll
from linkhub.runs.models import Action, AttachedLink, Attempt, Run
from tests.api.conftest import Api
from tests.ingest.openlineage.events import RUN_ID, at, event, parent, run_id, task_event

LINEAGE = "/api/v1/lineage"
ROOT = ("nightly", "root")


def test_a_job_without_parent_is_a_run(api: Api) -> None:
    engine = {"processing_engine": {"name": "Flink", "version": "1.20"}}
    api.post(LINEAGE, event("START", 1, "clicks", "a", **engine))
    api.post(LINEAGE, event("RUNNING", 2, "clicks", "a"))
    run = Run.objects.get()
    assert (run.name, run.engine, run.phase) == (run_id("a"), "flink", "running")
    assert run.workflow
    assert run.workflow.name == "clicks"
    assert run.labels == {"engine_version": "1.20"}
    assert list(Action.objects.values_list("name", "task__name")) == [("clicks", "clicks")]


def test_what_runs_below_a_root_is_an_action_of_its_run(api: Api) -> None:
    api.post(LINEAGE, event("COMPLETE", 9, "model.a", "m", **parent("dbt-run", "dbt", root=ROOT)))
    api.post(LINEAGE, event("START", 3, "dbt-run", "dbt", **parent(*ROOT, root=ROOT)))
    api.post(LINEAGE, event("START", 1, *ROOT))
    assert Run.objects.get().name == run_id("root")
    tail = {name: run_id(name).replace("-", "")[-12:] for name in ("m", "dbt")}
    assert set(Action.objects.values_list("name", "parent", "phase")) == {
        ("nightly", "", "running"),
        (f"dbt-run-{tail['dbt']}", "nightly", "running"),
        (f"model.a-{tail['m']}", f"dbt-run-{tail['dbt']}", "succeeded"),
    }


def test_spark_below_airflow_is_in_the_dag_run(api: Api) -> None:
    api.post(LINEAGE, task_event("START", 1, "submit"))
    ancestors = parent("daily.submit", "daily submit None 1", root=("daily", "daily 0"))
    spark = {"applicationId": "app-1", "uiWebUrl": "http://driver:4040", "userName": "ana"}
    details = {"spark_applicationDetails": spark, "spark.logicalPlan": {"huge": [1]}}
    api.post(LINEAGE, event("START", 2, "etl", "spark", **ancestors, **details))
    step = Action.objects.get(parent="submit")
    assert (step.run.name, step.labels) == (RUN_ID, {"spark_application_id": "app-1"})
    link = AttachedLink.objects.get(key="spark-ui")
    assert (link.action_id, link.body["url"]) == (step.pk, "http://driver:4040")
    assert link.run.workflow
    assert link.run.workflow.name == "daily"


def test_a_dag_event_without_facets_is_of_the_run_that_its_tasks_name(api: Api) -> None:
    api.post(LINEAGE, task_event("START", 1, "submit"))
    api.post(LINEAGE, event("COMPLETE", 5, "daily", "daily 0"))
    assert Run.objects.get().phase == "succeeded"


def test_tags_owners_times_and_queries_are_labels(api: Api) -> None:
    tags = {"tags": [{"key": "team", "value": "vision", "source": "USER"}]}
    facets = {
        "tags": tags,
        "nominalTime": {"nominalStartTime": at(0), "nominalEndTime": at(60)},
        "externalQuery": {"externalQueryId": "bq-1", "source": "bigquery"},
        "dbt_run": {"invocation_id": "i-1", "project_name": "shop"},
    }
    job = {
        "ownership": {"owners": [{"name": "team:data"}, {"name": "ana"}]},
        "sourceCodeLocation": {"type": "git", "url": "https://git.example.com/x", "version": "v3"},
    }
    api.post(LINEAGE, event("START", 1, "q", "q", job_facets=job, **facets))
    run = Run.objects.get()
    assert run.labels == {
        "team": "vision",
        "owner": "team:data, ana",
        "nominal_start": at(0),
        "nominal_end": at(60),
        "external_query_id": "bq-1",
        "external_query_source": "bigquery",
        "dbt_invocation_id": "i-1",
        "dbt_project_name": "shop",
    }
    assert run.version == "v3"
    assert AttachedLink.objects.get(key="source-code").body["url"] == "https://git.example.com/x"


def test_an_error_is_the_attempts(api: Api) -> None:
    error = {"message": "table not found", "programmingLanguage": "JAVA", "stackTrace": "at x"}
    api.post(LINEAGE, event("FAIL", 1, "q", "q", errorMessage=error))
    assert Attempt.objects.get().error == "table not found\n\nat x"


def test_unknown_deleted_and_empty_facets_are_no_error(api: Api) -> None:
    facets = {"mine": {"a": [1]}, "parent": {"_deleted": True}, "tags": None, "nominalTime": {}}
    answer = api.post(LINEAGE, event("OTHER", 1, "q", "q", **facets))
    assert (answer.status_code, answer.json()) == (200, {"status": "accepted"})
    bare = event("START", 2, "q", "q")
    bare["run"]["facets"] = bare["job"]["facets"] = None
    assert api.post(LINEAGE, bare).status_code == 200


@pytest.mark.parametrize("what", ["dataset", "job"])
def test_events_of_datasets_and_jobs_are_accepted_and_not_kept(api: Api, what: str) -> None:
    named = {"namespace": "lab", "name": "x"}
    answer = api.post(LINEAGE, {"eventTime": at(1), "producer": "p", "schemaURL": "s", what: named})
    assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})
    assert not Project.objects.filter(name="lab").exists()


def test_a_source_says_where_namespaces_go(api: Api) -> None:
    lines = ["prod-* -> shop/production", "lab -> shop/development"]
    Source.objects.create(name="names", kind="openlineage", settings={"projects": lines})
    assert poll(Source.objects.get().pk)
    assert Source.objects.get().last_error == ""
    api.post(LINEAGE, event("START", 1, "q", "a", namespace="prod-eu"))
    api.post(LINEAGE, event("START", 1, "q", "b", namespace="Other Team"))
    assert set(Run.objects.values_list("project__name", "domain")) == {
        ("shop", "production"),
        ("other-team", "default"),
    }


def test_names_that_no_run_can_have_are_fitted(api: Api) -> None:
    assert api.post(LINEAGE, event("START", 1, "j\n" + "x" * 400, "a")).status_code == 200
    assert len(Action.objects.get().name) == 255


def test_what_run_ids_are_known_by_goes_with_the_run(api: Api) -> None:
    api.post(LINEAGE, task_event("START", 1, "submit"))
    assert LineageRun.objects.count() == 2
    Run.objects.all().delete()
    assert not LineageRun.objects.exists()
