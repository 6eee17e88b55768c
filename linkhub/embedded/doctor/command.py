"""The doctor's round: with the settings where they can be read, else by what can be seen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from linkhub.embedded.doctor import outside
from linkhub.embedded.doctor.findings import Finding, Mark, exit_code, run, told, wrong

ROOT = Path(__file__).resolve().parents[3]


def examine() -> int:
    """With Django set up; the exit code. The findings are printed as they come."""
    from django.conf import settings

    from linkhub.embedded.doctor import inside

    def findings() -> Iterator[Finding]:
        away = set()
        for finding in run(outside.checks(Path(settings.LINKHUB_HOME))):
            if finding.mark == Mark.WRONG:
                away.add(finding.part)
            yield finding
        yield from run(inside.checks(away))

    return report(findings())


def examine_without_settings(error: Exception) -> int:
    """Where the settings cannot be read: `error` says why."""
    home = Path(os.environ.get("LINKHUB_HOME") or ROOT / ".linkhub").absolute()

    def findings() -> Iterator[Finding]:
        said = f"cannot be read ({told(error).rstrip('.')})"
        yield wrong("settings", said, "mend that, then ask again: the rest is looked at then")
        yield from run(outside.checks(home))

    return report(findings())


def report(findings: Iterator[Finding]) -> int:
    seen = []
    for finding in findings:
        seen.append(finding)
        sys.stdout.write(f"{finding}\n")
        sys.stdout.flush()
    return exit_code(seen)
