from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.offering import Offers
from linkhub.links.resolving.subjects import Scope
from tests.resolving.cases import NOW, a_catalogue, a_definition, a_unit, an_action


def offered(catalogue: Catalogue, **run: str) -> list[str]:
    scope = Scope(a_unit(an_action(), **run), NOW)
    return [recipe.key for recipe in catalogue.offered(scope).get("action", ())]


def test_it_offers_by_level() -> None:
    catalogue = a_catalogue(a_definition("a"), a_definition("b", level="pod"))
    offer = catalogue.offered(Scope(a_unit(), NOW))
    assert {level: [each.key for each in offer[level]] for level in offer} == {
        "action": ["a"],
        "pod": ["b"],
    }


def test_it_offers_what_is_enabled_and_may_match() -> None:
    catalogue = a_catalogue(
        a_definition("other-project", project="other"),
        a_definition("other-workflow", select={"workflow": "eval*"}),
        a_definition("this-workflow", select={"workflow": ["evaluate", "train_pipeline"]}),
        a_definition("this-task", select={"task": "train_model", "workflow": "train*"}),
        a_definition("disabled", enabled=False),
        a_definition("by-phase", select={"phase": "failed"}),
        a_definition("own", project="flytesnacks"),
    )
    assert offered(catalogue) == ["own", "by-phase", "this-task", "this-workflow"]
    assert offered(catalogue, workflow="evaluate") == [
        "own",
        "by-phase",
        "other-workflow",
        "this-workflow",
    ]


def test_it_works_out_an_offer_once_for_the_same_names() -> None:
    catalogue = a_catalogue(a_definition())
    first = catalogue.offered(Scope(a_unit(name="a"), NOW))
    assert catalogue.offered(Scope(a_unit(name="b"), NOW)) is first


def test_it_forgets_rather_than_grow() -> None:
    catalogue = a_catalogue(a_definition())
    catalogue.offers = Offers(most=1_000)
    for number in range(1_000):
        assert offered(catalogue, workflow=f"w{number}") == ["k"]
    assert len(catalogue.offers._offers) <= 100


def test_it_finds_those_that_list_the_task_or_workflow() -> None:
    select = [{"task": f"t{number}", "workflow": "w*"} for number in range(50)]
    catalogue = a_catalogue(*[a_definition(f"k{n}", select=each) for n, each in enumerate(select)])
    scope = Scope(a_unit(an_action(task="t7"), workflow="w"), NOW)
    assert [recipe.key for recipe in catalogue.offered(scope)["action"]] == ["k7"]


def test_it_keeps_the_change_value_it_was_made_of() -> None:
    assert a_catalogue().change == 1
