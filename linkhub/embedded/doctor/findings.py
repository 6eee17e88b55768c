"""What a check found: one line each, and whether that is well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """A note is worth reading; what is wrong makes the exit code 1."""

    OK = "ok"
    NOTE = "note"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    """`said` is what is so, `do` what to do about it, empty where nothing is to be done."""

    mark: Mark
    part: str
    said: str
    do: str = ""

    def __str__(self) -> str:
        line = f"{self.mark:<5}  {self.part:<12}  {self.said}"
        return f"{line}: {self.do}" if self.do else line


Check = Callable[[], Iterable[Finding]]


def ok(part: str, said: str) -> Finding:
    return Finding(Mark.OK, part, said)


def note(part: str, said: str, do: str) -> Finding:
    return Finding(Mark.NOTE, part, said, do)


def wrong(part: str, said: str, do: str) -> Finding:
    return Finding(Mark.WRONG, part, said, do)


def run(checks: Iterable[tuple[str, Check]]) -> Iterator[Finding]:
    """Every check, whatever became of those before: one that breaks is a finding itself."""
    for part, check in checks:
        try:
            yield from check()
        except Exception as error:
            yield wrong(part, f"could not be looked at ({told(error)})", "see the lines above")


def told(error: BaseException) -> str:
    """An error in its first line, which is its gist."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def exit_code(findings: Iterable[Finding]) -> int:
    return int(any(each.mark == Mark.WRONG for each in findings))
