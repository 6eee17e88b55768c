"""A task that says 100 things while it works; it prints how long the calls alone took.

A line of standard input lets it go on with the second half, so that something can happen to the
server between the two.
"""

import json
import sys
import time

import linkhub_client

HALF = 50
took = 0.0


def say(number: int) -> None:
    global took
    begun = time.perf_counter()
    linkhub_client.link(f"Link {number}", f"https://example.com/{number}", key=f"link-{number}")
    linkhub_client.link("Newest", f"https://example.com/{number}", key="newest")
    took += time.perf_counter() - begun


def work() -> int:
    return sum(range(20_000))


for number in range(HALF):
    say(number)
    work()
print("half", flush=True)
sys.stdin.readline()
for number in range(HALF, 2 * HALF):
    say(number)
    work()
print(json.dumps({"calls": took}), flush=True)
sys.stdin.readline()
