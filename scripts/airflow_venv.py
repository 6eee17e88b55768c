"""Make the virtual environment that `make test-airflow` runs: Airflow goes with nothing of ours.

    python scripts/airflow_venv.py FOLDER PYTHON

Nothing is done where it is there already with these versions.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NEEDS = ("apache-airflow==3.3.2", "apache-airflow-providers-openlineage==2.20.3")


def main(folder: Path, interpreter: str) -> None:
    ready = folder / "ready"
    if ready.exists() and ready.read_text(encoding="utf-8") == "\n".join(NEEDS):
        return
    run(interpreter, "-m", "venv", str(folder))
    run(str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *NEEDS)
    ready.write_text("\n".join(NEEDS), encoding="utf-8")


def run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 (interpreters of this machine)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
