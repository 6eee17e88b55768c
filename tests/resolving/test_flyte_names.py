import pytest

from linkhub.links.resolving.flyte_names import dns_1123, fixed_length_id


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orgflyteexamplesHelloWorldTask-0", "orgflyteexamples-hello-world-task-0"),
        ("t7vyqhzju1-fib-5-0", "t7vyqhzju1-fib-5-0"),
        ("t7v.yqh.zju1-fib-5-0", "t7v.yqh.zju1-fib-5-0"),
        ("-t7vyqhzju1-fib-5-0", "t7vyqhzju1-fib-5-0"),
        (".t7vyqhzju1-fib-5-0", "t7vyqhzju1-fib-5-0"),
        ("oregon_small_aoi-my_task-0", "oregonsmallaoi-mytask-0"),
    ],
)
def test_it_makes_a_name_of_kubernetes_as_flyte_2_does(name: str, expected: str) -> None:
    assert dns_1123(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("f3a1b2c3d4e5f6a7b8c9-n0-0-n0-1", "f3a1b2c3d4e5f6a7b8c9-n0-0-n0-1"),
        ("f3a1b2c3d4e5f6a7b8c9-n0-0-dn0-0-some-very-long-node-id-abcdef-0", "fffuxhsi"),
    ],
)
def test_it_hashes_what_is_too_long_as_flyte_1_does(name: str, expected: str) -> None:
    assert fixed_length_id(name, 50) == expected


def test_a_name_of_kubernetes_has_at_most_253_characters() -> None:
    name = dns_1123("a" * 300)
    assert len(name) <= 253
    assert name.startswith("a" * 232 + "-f")
