"""A key that is asked for, and then everything that could show it."""

import logging
import sys
import traceback

import wandb
from linkhub_client import wandb_init

logging.basicConfig(level=logging.DEBUG)
decorate = wandb_init(
    *("cats", "vision"),
    secret="WANDB_KEY",
    api_host="http://127.0.0.1:9",
    dir=sys.argv[1],
    settings=wandb.Settings(init_timeout=2, mode="online"),
)


@decorate
def train() -> None:
    """Never reached: nobody listens at the address of W&B."""


try:
    train()
except Exception as error:
    traceback.print_exc()
    for frame in traceback.walk_tb(error.__traceback__):
        print({name: repr(value) for name, value in frame[0].f_locals.items()})
print(repr(decorate), vars(train), repr(train.__closure__))
