"""Credentials: a source names an environment variable, and only of a name made for it.

Without the prefix whoever may edit sources could have SECRET_KEY or DATABASE_URL sent to an
address of their choosing.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from linkhub.ingest.sources.errors import Misconfigured

PREFIX = "LINKHUB_SOURCE_"
NAME = re.compile(rf"{PREFIX}[A-Z0-9_]+")


@dataclass(frozen=True)
class Credential:
    """A secret as the environment has it; it shows in no message, log or page."""

    variable: str
    value: str = field(repr=False)


def check_variable(name: str) -> str | None:
    """What is wrong with the name of a variable, as a sentence; None where nothing is."""
    if NAME.fullmatch(name):
        return None
    return f"The variable's name is {PREFIX} and then capital letters, digits and underscores."


def read_credential(variable: str) -> Credential | None:
    """The credential; None where the source names none. Raises Misconfigured."""
    if not variable:
        return None
    if problem := check_variable(variable):
        raise Misconfigured(problem)
    value = os.environ.get(variable, "").strip()
    if not value:
        raise Misconfigured(
            f"The environment variable {variable} is not set for the process that polls."
        )
    if not value.isprintable():
        raise Misconfigured(f"{variable} holds characters that no header can have.")
    return Credential(variable, value)
