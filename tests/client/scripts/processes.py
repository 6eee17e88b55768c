"""A task that trains in several processes at once."""

import multiprocessing
import sys

import wandb
from linkhub_client import wandb_init

FOLDER = sys.argv[1]


@wandb_init("cats", "vision", secret="NOT_SET", dir=FOLDER, mode="offline")
def fold(number: int) -> None:
    wandb.log({"fold": number})


if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[2])
    children = [context.Process(target=fold, args=(number,)) for number in (1, 2, 3)]
    for child in children:
        child.start()
    fold(0)
    for child in children:
        child.join()
    sys.exit(max(child.exitcode or 0 for child in children))
