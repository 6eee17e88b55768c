import errno

import pytest

from linkhub.embedded import failures

DATA = "/srv/linkhub/postgres"


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ('FATAL:  could not write to file "x": No space left on device', "is full"),
        ("FATAL:  wrote only 4096 of 8192 bytes\nHINT:  Check free disk space.", "is full"),
        ("initdb: error: could not write file: Disk quota exceeded", "is full"),
        (
            "DETAIL:  The data directory was initialized by PostgreSQL version 16, which is not"
            " compatible with this version 18.4.",
            "was made by PostgreSQL 16 and this is PostgreSQL 18.4",
        ),
        ("error while loading shared libraries: libz.so.1: cannot open", "libz.so.1"),
        ("/lib/libc.so.6: version `GLIBC_2.38' not found", "GLIBC_2.38"),
        ("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", "still use"),
        ("initdb: error: could not look up effective user ID 42: no such user", "/etc/passwd"),
        (
            'LOG:  starting\nFATAL:  invalid value for "x"\nLOG:  bye',
            'start: invalid value for "x"',
        ),
        ("", "it said nothing"),
    ],
)
def test_it_turns_a_servers_words_into_one_sentence(output: str, sentence: str) -> None:
    answer = failures.of_output("postgres", output, DATA)
    assert sentence in answer
    assert "\n" not in answer


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EACCES, "cannot be written"),
        (errno.EROFS, "cannot be written"),
        (errno.ENOTDIR, "is not a folder"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_it_turns_a_system_error_into_one_sentence(number: int, sentence: str) -> None:
    answer = failures.of_system(OSError(number, "Input/output error"), DATA)
    assert sentence in answer
    assert DATA in answer


def test_it_finds_what_a_traceback_raised() -> None:
    text = (
        "Traceback (most recent call last):\n  File …\n"
        "django.db.utils.OperationalError: connection failed: Connection refused\n"
        "\tIs the server running on that host and accepting TCP/IP connections?\n"
    )
    answer = failures.of_preparing(text, "prepare.log", DATA)
    assert "made ready: connection failed: Connection refused (all of it" in answer
    assert "is full" in failures.of_preparing(f"{text}No space left on device", "x.log", DATA)
