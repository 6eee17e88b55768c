"""`wandb_init`: a W&B run around a function, and the way between it and LinkHub.

The run's id follows flytekit's `wandb_init` 1.16: the given one, on a cluster the pod's name
(`{execution}-{node}-{retry}`, which Kubernetes sets as HOSTNAME), else the execution's name;
locally W&B's own. So the links that LinkHub or Flyte make without knowing of this run are right.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
from collections.abc import Iterator
from typing import Any, Callable, TypeVar, cast

from linkhub_client import recording
from linkhub_client.addresses import quote
from linkhub_client.identity import Identity
from linkhub_client.problems import harmless
from linkhub_client.secret import Secret
from linkhub_client.wandb_globals import pointing_at
from linkhub_client.wandb_ids import derived_id, key_of
from linkhub_client.wrapping import wrap

F = TypeVar("F")
DEFAULT_HOST = "https://wandb.ai"
DEFAULT_API_HOST = "https://api.wandb.ai"
# W&B leaves these as they are in a run's address (0.21 to 0.31).
SAFE_IN_RUN = b"=+&$@"

_current: contextvars.ContextVar[Any] = contextvars.ContextVar("linkhub_wandb", default=None)


def wandb_run() -> Any:
    """The `wandb.Run` of the innermost `wandb_init` around the code; None where there is none."""
    return _current.get()


def wandb_init(
    project: str,
    entity: str,
    secret: str | Callable[[], str] | None = None,
    id: str | None = None,
    host: str = DEFAULT_HOST,
    api_host: str = DEFAULT_API_HOST,
    **init_kwargs: Any,
) -> Callable[[F], F]:
    """A decorator: a W&B run begins before the function and is finished after it.

    It is finished with exit code 1 where the function raises. Functions may be plain or `async`,
    generators (the run lasts as long as they are iterated), or tasks of Flyte 1 and 2: the
    decorator goes above or below Flyte's.

    `secret` is the name of an environment variable with the API key, or a function without
    arguments that returns it, called when a run begins. `host` is where people open runs,
    `api_host` where they are sent to. All else goes to `wandb.init`.

    Raises ValueError where project or entity is missing.
    """
    if not project:
        raise ValueError("project must be specified.")
    if not entity:
        raise ValueError("entity must be specified.")
    settings = Settings(project, entity, Secret(secret), id, host, api_host, init_kwargs)

    def decorate(function: F) -> F:
        return cast(F, wrap(function, settings.opened))

    return decorate


class Settings:
    """What a decorator was given. It holds no key, only how to get it."""

    def __init__(
        self,
        project: str,
        entity: str,
        secret: Secret,
        id: str | None,
        host: str,
        api_host: str,
        init_kwargs: dict[str, Any],
    ) -> None:
        self.project, self.entity, self.secret, self.id = project, entity, secret, id
        self.host, self.api_host = host.rstrip("/"), api_host.rstrip("/")
        self.init_kwargs = init_kwargs

    @contextlib.contextmanager
    def opened(self) -> Iterator[Any]:
        """A W&B run for as long as the block lasts."""
        import wandb

        here = recording.current()
        run = self._begun(wandb, here)
        before = _current.set(run)
        try:
            with pointing_at(wandb, run):
                self._tell(run, here)
                yield run
        except BaseException as error:
            run.finish(exit_code=0 if is_success(error) else 1)
            raise
        else:
            run.finish()
        finally:
            _current.reset(before)

    def _begun(self, wandb: Any, here: Identity) -> Any:
        """Raises what `wandb.init` raises, but for its frames: their variables hold the key, for
        whatever collects tracebacks with variables."""
        try:
            return wandb.init(**self._arguments(wandb, here))
        except Exception as error:
            raise error.with_traceback(None) from None

    def _arguments(self, wandb: Any, here: Identity) -> dict[str, Any]:
        """Those of `wandb.init`. The key goes in by settings: `wandb.login` would store it."""
        arguments = {"reinit": "create_new", **self.init_kwargs}
        given = arguments.get("settings") or {}
        settings = wandb.Settings(**given) if isinstance(given, dict) else given.model_copy()
        if self.api_host != DEFAULT_API_HOST or not os.environ.get("WANDB_BASE_URL"):
            settings.base_url = self.api_host
        if self.secret and not _is_offline(arguments, settings):
            settings.api_key = self.secret.reveal()
        id = derived_id(here) if self.id is None else self.id
        return {
            **arguments,
            "project": self.project,
            "entity": self.entity,
            "id": id,
            "settings": settings,
        }

    @harmless
    def _tell(self, run: Any, here: Identity) -> None:
        """Where the execution is, in the run's notes; where the run is, in LinkHub."""
        notes = run.notes or ""
        lines = [line for line in addresses(here) if line not in notes]
        if lines:
            run.notes = "\n".join([*lines, notes]) if notes else "\n".join(lines)
        if here.known:
            self._report(run.id, here)

    def _report(self, id: str, here: Identity) -> None:
        """Each attempt has a W&B run, and so a link, of its own."""
        fields: dict[str, Any] = {
            "icon": "wandb",
            "link_type": "dashboard",
            "key": key_of(here, id),
        }
        if here.attempt and here.action is not None:
            recording.record(here, {"attempts": [{"number": here.attempt}]})
            fields["attempt"] = here.attempt
        recording.record_link(here, "Weights & Biases", self._address(id), fields)

    def _address(self, id: str) -> str:
        entity, project = quote(self.entity), quote(self.project)
        return f"{self.host}/{entity}/{project}/runs/{quote(id, SAFE_IN_RUN)}"


def addresses(here: Identity) -> list[str]:
    """Lines of Markdown: the execution in its orchestrator where it says so, and in LinkHub."""
    execution = os.environ.get("FLYTE_EXECUTION_URL", "")
    page = recording.page_url(here)
    lines = [("Execution URL", execution), ("LinkHub", page)]
    return [f"[{name}]({address})" for name, address in lines if address]


def is_success(error: BaseException) -> bool:
    """`sys.exit(0)`, and a generator that nobody asks for more."""
    if isinstance(error, SystemExit):
        return error.code in (None, 0)
    return isinstance(error, GeneratorExit)


def _is_offline(arguments: dict[str, Any], settings: Any) -> bool:
    modes = (arguments.get("mode"), settings.mode, os.environ.get("WANDB_MODE"))
    return next(filter(None, modes), "online") in ("offline", "dryrun", "disabled")
