import pytest

from linkhub.links.language.positions import Position, after_expression, after_literal


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", Position.START),
        ("ht", Position.SCHEME),
        ("https:", Position.SCHEME),
        ("https:/x?", Position.SCHEME),
        ("https://", Position.HOST),
        ("https://h", Position.HOST),
        ("https://h:", Position.PORT),
        ("https://h:80", Position.PORT),
        ("https://u:p@", Position.HOST),
        ("https://[::1]", Position.HOST),
        ("https://[::1]:", Position.PORT),
        ("https://h/", Position.PATH),
        ("https://h/a:b@c", Position.PATH),
        ("https://h?", Position.QUERY),
        ("https://h/?a=b?c/", Position.QUERY),
        ("https://h#", Position.FRAGMENT),
        ("https://h/?a#b?c", Position.FRAGMENT),
        ("//h/", Position.PATH),
        ("/x?", Position.QUERY),
        ("h/#x?", Position.FRAGMENT),
    ],
)
def test_it_knows_where_a_value_stands(text: str, position: Position) -> None:
    assert after_literal(Position.START, text) is position


def test_it_goes_on_with_the_host_after_a_value_that_begins() -> None:
    start = after_expression(Position.START)
    assert start is Position.HOST
    assert after_literal(start, "://") is Position.HOST
    assert after_literal(start, ".example.com:") is Position.PORT
    assert after_literal(start, "/x?") is Position.QUERY


def test_it_never_leaves_a_text() -> None:
    assert after_literal(Position.TEXT, "https://h/") is Position.TEXT


def test_it_stays_where_a_value_cannot_move_it() -> None:
    for position in set(Position) - {Position.START}:
        assert after_expression(position) is position
        assert after_literal(position, "") is position
