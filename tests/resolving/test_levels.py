from linkhub.links.resolving.facts import Subject
from tests.resolving.cases import (
    PROJECT_UNIT,
    a_definition,
    a_pod,
    a_run_unit,
    a_unit,
    an_action,
    an_attempt,
    attached,
    by_subject,
    fill,
    one,
    resolve,
)

LEVELS = ("project", "run", "action", "attempt", "pod")
OF_EACH = [a_definition(level, level=level, template="https://x.test/") for level in LEVELS]
DISTRIBUTED = an_action(
    attempts=(
        an_attempt(1, a_pod("p0", worker_index=0)),
        an_attempt(2, a_pod("q1", worker_index=1), a_pod("q0", worker_index=0)),
    )
)


def test_a_project_has_links_of_its_own_level_only() -> None:
    assert [link.level for link in resolve(PROJECT_UNIT, *OF_EACH)] == ["project"]


def test_a_run_has_links_of_its_own_level_only() -> None:
    assert [link.level for link in resolve(a_run_unit(DISTRIBUTED), *OF_EACH)] == ["run"]


def test_an_action_has_links_of_its_level_and_of_all_inside() -> None:
    subjects = [link.subject for link in resolve(a_unit(DISTRIBUTED), *OF_EACH)]
    assert subjects == [
        Subject("action"),
        Subject("attempt", 1, 11),
        Subject("pod", 1, 11, "p0", 20),
        Subject("attempt", 2, 12),
        Subject("pod", 2, 12, "q1", 20),
        Subject("pod", 2, 12, "q0", 20),
    ]


def test_an_action_without_attempts_has_none_of_theirs() -> None:
    assert [link.level for link in resolve(a_unit(), *OF_EACH)] == ["action"]


def test_a_link_of_a_pod_leads_to_that_pod() -> None:
    definition = a_definition(level="pod", template="https://x.test/{{ .podName }}")
    urls = by_subject(resolve(a_unit(DISTRIBUTED), definition))
    assert urls == {
        ("pod", 1, "p0"): "https://x.test/p0",
        ("pod", 2, "q1"): "https://x.test/q1",
        ("pod", 2, "q0"): "https://x.test/q0",
    }


def test_a_link_of_an_attempt_leads_to_that_attempts_primary_pod() -> None:
    template = "https://x.test/{{ .taskRetryAttempt }}/{{ .podName }}"
    urls = by_subject(
        resolve(a_unit(DISTRIBUTED), a_definition(level="attempt", template=template))
    )
    assert list(urls.values()) == ["https://x.test/0/p0", "https://x.test/1/q0"]


def test_a_wider_link_takes_the_newest_attempts_primary_pod() -> None:
    assert fill(".podName", a_unit(DISTRIBUTED)) == "q0"
    assert fill(".attempt", a_unit(DISTRIBUTED)) == "2"


def test_a_run_takes_that_of_its_root() -> None:
    assert fill(".podName", a_run_unit(DISTRIBUTED), "run") == "q0"
    assert fill(".actionName", a_run_unit(DISTRIBUTED), "run") == "x1"
    assert fill(".podName", a_run_unit(), "run") == "waiting"


def test_the_primary_pod_comes_before_the_lowest_worker_and_that_before_the_name() -> None:
    def chosen(*pods: object) -> str:
        return fill(".podName", a_unit(an_action(attempts=(an_attempt(1, *pods),))))  # type: ignore[arg-type]

    primary = a_pod("c", worker_index=2, primary=True)
    assert chosen(a_pod("a"), a_pod("b", worker_index=1), primary) == "c"
    assert chosen(a_pod("a"), a_pod("b", worker_index=1), a_pod("c", worker_index=0)) == "c"
    assert chosen(a_pod("b"), a_pod("a")) == "a"


def test_a_newer_attempt_without_a_pod_does_not_lead_to_the_older_ones() -> None:
    attempts = (an_attempt(1, a_pod("old")), an_attempt(2))
    assert fill(".podName", a_unit(an_action(attempts=attempts))) == "waiting"


def test_an_attached_link_of_an_attempt_or_pod_is_there_alone() -> None:
    links = (attached("a", attempt=2), attached("b", pod="q0"), attached("c", level="pod"))
    action = an_action(attempts=DISTRIBUTED.attempts, attached=links)
    found = [(link.key, link.subject.attempt, link.subject.pod) for link in resolve(a_unit(action))]
    assert found == [
        ("c", 1, "p0"),
        ("a", 2, None),
        ("c", 2, "q1"),
        ("b", 2, "q0"),
        ("c", 2, "q0"),
    ]


def test_the_same_pod_name_in_two_attempts_is_told_apart() -> None:
    attempts = (an_attempt(1, a_pod("p")), an_attempt(2, a_pod("p")))
    both = an_action(attempts=attempts, attached=(attached(pod="p"),))
    second = an_action(attempts=attempts, attached=(attached(pod="p", attempt=2),))
    assert len(resolve(a_unit(both))) == 2
    assert one(a_unit(second)).subject.attempt == 2


def test_an_attached_link_of_what_is_not_recorded_makes_no_link() -> None:
    links = (attached("a", attempt=7), attached("b", pod="no"))
    assert resolve(a_unit(an_action(attempts=(an_attempt(1),), attached=links))) == []
