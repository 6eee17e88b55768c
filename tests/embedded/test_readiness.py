import os
import subprocess
import sys

SCRIPT = """
from linkhub.embedded import readiness
from celery.signals import beat_init, worker_ready
readiness.announce()
worker_ready.send(None)
beat_init.send(None)
"""


def test_it_writes_one_line_for_worker_and_beat() -> None:
    output = subprocess.check_output([sys.executable, "-c", SCRIPT], env=os.environ)
    assert output == b"linkhub: ready\n" * 2
