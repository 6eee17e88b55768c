"""Write constraints.txt: the version of everything that the direct dependencies pull in.

Run by `make pins` with the Python of an environment that holds requirements-dev.txt.
"""

import re
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEADER = "# What the direct dependencies pull in; written by `make pins`.\n"
TOOLS = {"pip", "setuptools", "wheel"}


def main() -> None:
    direct = named("requirements.txt") | named("requirements-dev.txt")
    pins = {
        normal(found.name): f"{found.name}=={found.version}\n"
        for found in distributions()
        if normal(found.name) not in direct | TOOLS
    }
    lines = (line for _, line in sorted(pins.items()))
    (ROOT / "constraints.txt").write_text(HEADER + "".join(lines), encoding="utf-8")


def named(file: str) -> set[str]:
    """The names that a requirements file pins, without their extras."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return {normal(name) for name in re.findall(r"^([A-Za-z][\w.-]*)", text, re.MULTILINE)}


def normal(name: str) -> str:
    """Names that the index takes for the same (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
