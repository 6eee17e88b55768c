import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.options import read_options

ROOT = Path(__file__).parents[2]
TINY = (
    # A workflow has fifty runs in a project.
    *("--runs", "1500", "--actions", "1", "--rounds", "1", "--chunk", "20"),
    *("--batches", "50", "--seconds", "0.02", "--renders", "100"),
    *("--edited", "100", "--backlog", "50", "--airflow", "nowhere"),
)


def test_it_reads_sizes_in_any_order() -> None:
    assert read_options(["--runs", "100_000,10000"]).sizes == (10_000, 100_000)


@pytest.mark.slow
def test_it_measures_everything_at_a_tiny_size(tmp_path: Path) -> None:
    figures, text = tmp_path / "figures.json", tmp_path / "performance.md"
    command = [sys.executable, "-m", "benchmarks", *TINY]
    files = ["--json", str(figures), "--document", str(text)]
    done = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text())["figures"]
    assert {figure["runs"] for figure in found} == {0, 1500}
    assert all(math.isfinite(figure["median"]) for figure in found)
    assert found[-1]["name"] in done.stdout
    assert found[-1]["name"] in text.read_text()
