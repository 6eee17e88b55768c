"""The demo project."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import timezone

from linkhub.accounts.models import Project
from linkhub.ingest.demo import project
from linkhub.links.models import LinkDefinition, Tool
from linkhub.links.read import links_of_runs
from linkhub.runs.models import Run, Task, Workflow
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_it_may_be_loaded_twice() -> None:
    assert project.load() == Run.objects.count() > 10
    facts = list(Run.objects.order_by("pk").values())
    changes = list(LinkDefinition.objects.order_by("pk").values())

    assert project.load() == 0
    assert list(Run.objects.order_by("pk").values()) == facts
    assert list(LinkDefinition.objects.order_by("pk").values()) == changes


def test_every_run_has_pod_logs_and_all_workflow_logs() -> None:
    project.load()
    runs = list(Run.objects.select_related("project"))
    for links in links_of_runs(runs, now=timezone.now()).values():
        ready = {link.name for link in links if link.state == "ready"}
        assert {"Pod logs", "All workflow logs"} <= ready


def test_it_has_a_link_in_each_common_state() -> None:
    project.load()
    runs = list(Run.objects.select_related("project"))
    shown = links_of_runs(runs, now=timezone.now()).values()

    assert {link.state for links in shown for link in links} == {"ready", "waiting", "missing"}


def test_it_leaves_nothing_behind() -> None:
    call_command("demo", "load", stdout=None)
    call_command("demo", "remove", stdout=None)

    for model in (Project, Run, Task, Workflow, Tool, LinkDefinition):
        assert not model._default_manager.exists()
    assert project.remove() == 0


def test_it_leaves_alone_what_is_not_its_own() -> None:
    tool = make.make_tool("grafana", base_url="https://grafana.example.com")
    make.make_run("mine")
    make.make_definition("mine", project=Project.objects.get())
    project.load()
    project.remove()

    assert list(Run.objects.values_list("name", flat=True)) == ["mine"]
    assert list(Tool.objects.values_list("pk", flat=True)) == [tool.pk]
    assert list(LinkDefinition.objects.alive().values_list("key", flat=True)) == ["mine"]
    assert list(Workflow.objects.values_list("name", flat=True)) == ["train_pipeline"]
