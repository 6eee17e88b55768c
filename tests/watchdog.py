"""Stops a test run's servers and removes their folder once the run is over, however it ended.

    python -m tests.watchdog FOLDER

The run holds the other end of this process's standard input: the kernel closes it at its end.
"""

import shutil
import sys
from pathlib import Path

from linkhub.embedded import launcher


def main() -> None:
    folder = Path(sys.argv[1])
    sys.stdin.read()
    launcher.stop(folder / "home")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
