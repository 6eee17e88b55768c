"""A task that says 200 things while it works; it prints how long the calls alone took.

Of the calls one in twenty does not count: in it something else than the client may have had the
processor.

A line of standard input lets it go on with the second half, so that something can happen to the
server between the two.
"""

import json
import sys
import time

import linkhub_client

HALF = 50
took: list[float] = []


def say(number: int) -> None:
    link(f"Link {number}", f"https://example.com/{number}", f"link-{number}")
    link("Newest", f"https://example.com/{number}", "newest")


def link(name: str, url: str, key: str) -> None:
    begun = time.perf_counter()
    linkhub_client.link(name, url, key=key)
    took.append(time.perf_counter() - begun)


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
print(json.dumps({"calls": sum(sorted(took)[: len(took) * 19 // 20])}), flush=True)
sys.stdin.readline()
