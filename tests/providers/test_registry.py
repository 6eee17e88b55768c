"""Providers by kind."""

import pytest

from linkhub.links import providers


def test_it_finds_a_provider_by_kind() -> None:
    assert providers.get("wandb_run").kind == "wandb_run"


def test_it_suggests_the_nearest_kind() -> None:
    with pytest.raises(providers.UnknownProvider, match="did you mean `wandb_run`"):
        providers.get("wandb_runs")


def test_it_says_where_all_are_listed_where_nothing_is_near() -> None:
    with pytest.raises(providers.UnknownProvider, match=r"docs/tools\.md lists all") as error:
        providers.get("zzz")
    assert error.value.suggestion is None


def test_it_gives_every_provider_a_kind_of_its_own() -> None:
    kinds = [provider.kind for provider in providers.all()]
    assert sorted(set(kinds)) == sorted(kinds)


def test_it_documents_every_parameter_once() -> None:
    every = providers.all()
    for listed in [lists for one in every for lists in (one.parameters, one.tool_settings)]:
        assert all(each.label and each.help for each in listed)
        assert len({each.name for each in listed}) == len(listed)
        assert all(not each.choices or each.default in each.choices for each in listed)


def test_it_says_what_every_provider_is_for() -> None:
    for one in providers.all():
        assert all((one.label, one.group, one.versions, one.source)), one.kind
        assert one.help.endswith("."), one.kind


def test_it_means_the_same_by_a_setting_in_all_providers_of_a_tool() -> None:
    meant: dict[tuple[str, str], tuple[object, ...]] = {}
    for provider in providers.all():
        for each in provider.tool_settings:
            meaning = (each.default, each.choices, each.pattern)
            assert meant.setdefault((provider.tool_kind, each.name), meaning) == meaning
