"""LinkHub's settings, with the bench's empty views beside LinkHub's own addresses."""

from linkhub.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
# What is measured is how fast LinkHub is, not where it stops a caller.
LINKHUB_TOKEN_REQUESTS = LINKHUB_ADDRESS_REQUESTS = 0
LINKHUB_MAX_PENDING = 0
