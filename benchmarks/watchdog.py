"""Ends what a bench started and removes its folder once it is over, however it ended.

    python -m benchmarks.watchdog FOLDER MARK

The bench holds the other end of this process's standard input: the kernel closes it at its end.
"""

import shutil
import sys
from pathlib import Path

from linkhub.embedded import launcher
from linkhub.embedded.serving.instance import end_marked


def main() -> None:
    folder, mark = Path(sys.argv[1]), sys.argv[2]
    sys.stdin.read()
    end_marked(mark)
    launcher.stop(folder / "home")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
