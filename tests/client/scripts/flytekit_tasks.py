"""Tasks of Flyte 1 with `wandb_init` above and below the task decorator.

Imported as a module, as Flyte imports it: it finds tasks by the module and name of a function.
"""

import tempfile
from collections import OrderedDict

from flytekit import task, workflow
from flytekit.configuration import Image, ImageConfig, SerializationSettings
from flytekit.tools.translator import get_serializable
from linkhub_client import wandb_init

FOLDER = tempfile.mkdtemp()


@task
@wandb_init("cats", "vision", secret="NOT_SET", mode="offline", dir=FOLDER, id="below")
def below(a: int) -> str:
    import wandb

    return f"{wandb.run.id} {a}"


@wandb_init("cats", "vision", secret="NOT_SET", mode="offline", dir=FOLDER, id="above")
@task
def above(a: int = 3) -> str:
    import wandb

    return f"{wandb.run.id} {a}"


@workflow
def both(a: int) -> tuple[str, str]:
    return below(a=a), above(a=a)


def check() -> None:
    """As it runs, and as it is registered."""
    assert both(a=4) == ("below 4", "above 4")
    image = ImageConfig(default_image=Image("image", "example.com/image", "1"))
    settings = SerializationSettings(project="p", domain="d", version="v", image_config=image)
    for name, each in (("below", below), ("above", above)):
        template = get_serializable(OrderedDict(), settings, each).template
        assert template.id.name == f"flytekit_tasks.{name}"
        assert template.container.args[-4:] == ["task-module", "flytekit_tasks", "task-name", name]
        assert list(template.interface.inputs) == ["a"]
