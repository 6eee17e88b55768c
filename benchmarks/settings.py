"""LinkHub's settings, with the bench's empty views beside LinkHub's own addresses."""

from linkhub.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
