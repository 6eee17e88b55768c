from __future__ import annotations

from urllib.parse import unquote_to_bytes

import pytest

from linkhub.lib.raw_paths import unbroken


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/runs/r7", b"/runs/r7"),
        ("", b""),
        ("/runs/%C3%A9%E8%AA%9E%25FF", "/runs/é語%FF".encode()),
        ("/runs/%EF%BF%BD", "/runs/\ufffd".encode()),
        ("/runs/a%FF%FEb", b"/runs/a\0\0b"),
        ("/runs/%ED%A0%80", b"/runs/\0\0\0"),
        ("/runs/a%C3", b"/runs/a\0"),
    ],
)
def test_it_marks_what_is_not_utf_8(path: str, expected: bytes) -> None:
    given = unquote_to_bytes(path).decode("iso-8859-1")
    assert unbroken(given) == expected.decode("iso-8859-1")
