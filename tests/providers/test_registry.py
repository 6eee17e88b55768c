"""Providers by kind."""

import pytest

from linkhub.links import providers


def test_it_finds_a_provider_by_kind() -> None:
    assert providers.get("wandb_run").kind == "wandb_run"


def test_it_suggests_the_nearest_kind() -> None:
    with pytest.raises(providers.UnknownProvider, match="did you mean `wandb_run`"):
        providers.get("wandb_runs")


def test_it_lists_the_kinds_where_nothing_is_near() -> None:
    with pytest.raises(providers.UnknownProvider, match="known: grafana_pod_logs, ") as error:
        providers.get("zzz")
    assert error.value.suggestion is None


def test_it_gives_every_provider_a_kind_of_its_own() -> None:
    kinds = [provider.kind for provider in providers.all()]
    assert sorted(set(kinds)) == sorted(kinds)


@pytest.mark.parametrize("provider", providers.all(), ids=lambda provider: provider.kind)
def test_it_documents_every_parameter_once(provider: providers.Provider) -> None:
    both = (*provider.parameters, *provider.tool_settings)
    assert all(each.label and each.help for each in both)
    assert len({each.name for each in both}) == len(both)
    assert all(not each.choices or each.default in each.choices for each in both)
