"""A process that writes addresses into W&B runs' notes: `python -m linkhub.links.backlinks.child`.

On standard input it gets `{"api_host", "key", "runs": [{"id", "entity", "project", "run", "title",
"address"}]}`. Into the file named as its argument it writes a line of JSON for each run as soon as
it is done: `{"id", "error"}`; or `{"problem"}`, where nothing can be done at all.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

NO_WANDB = "the worker has no `wandb` package (pip install wandb)"
SECONDS = 20
# All that a mutation leaves out stays as it is; see README.md for why not `Run.update`.
WRITE_NOTES = """
mutation WriteNotes($id: String!, $notes: String!) {
    upsertBucket(input: {id: $id, notes: $notes}) {
        bucket {
            id
        }
    }
}
"""


def main(job: Mapping[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
    try:
        import wandb
    except ImportError:
        tell({"problem": NO_WANDB})
        return
    try:
        overrides = {"base_url": job["api_host"]}
        api = wandb.Api(api_key=job["key"], overrides=overrides, timeout=SECONDS)
    except Exception as error:
        tell({"problem": f"W&B: {_in_words(error)}"})
        return
    for each in job["runs"]:
        try:
            write(api, each)
        except Exception as error:
            tell({"id": each["id"], "error": _in_words(error)})
        else:
            tell({"id": each["id"], "error": ""})


def write(api: Any, wanted: Mapping[str, Any]) -> None:
    """Put the address before the run's notes, unless they hold it. Raises what `wandb` raises."""
    api.flush()  # it keeps runs, and so their notes, as they were
    run = api.run(f"{wanted['entity']}/{wanted['project']}/{wanted['run']}")
    notes = run.notes or ""
    if wanted["address"] in notes:
        return
    line = f"[{wanted['title']}]({wanted['address']})"
    run._exec(WRITE_NOTES, id=run.storage_id, notes=f"{line}\n{notes}" if notes else line)


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip()[:500]


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as answers:
        main(json.load(sys.stdin), lambda said: print(json.dumps(said), file=answers, flush=True))
