"""What is asked of a Python `Link` class, and what it gives; `links/classes` runs them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from linkhub.links.providers.base import ParamValue

_NAMES: Final = frozenset(
    ("run_name", "project", "domain", "parent_action_name", "action_name", "pod_name")
)


@dataclass(frozen=True, slots=True)
class LinkCall:
    """One call of `get_link`: the class, its constructor's arguments, and what Flyte hands over.

    `variable_args` names the arguments whose text came from the run, `unknown` the keywords that
    have no value yet and stand as Flyte's own placeholder, such as `{{.podName}}`.
    """

    path: str
    args: Mapping[str, ParamValue]
    run_name: str
    project: str
    domain: str
    context: Mapping[str, str]
    parent_action_name: str
    action_name: str
    pod_name: str
    variable_args: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    def keywords(self) -> dict[str, Any]:
        return {"context": dict(self.context), **{name: getattr(self, name) for name in _NAMES}}

    def placeholders(self) -> set[str]:
        """Those that stand for what is not known."""
        return {getattr(self, name) for name in self.unknown}

    def values(self) -> list[str]:
        """Every text that is the run's."""
        named = [getattr(self, name) for name in _NAMES - self.unknown]
        arguments = [str(self.args[name]) for name in self.variable_args]
        return [*named, *self.context.values(), *arguments]

    def twin(self, stand_in: str) -> "LinkCall":
        """The same call with nothing of the run in it but which context keys there are."""
        names: dict[str, Any] = dict.fromkeys(_NAMES - self.unknown, stand_in)
        args = {**self.args, **dict.fromkeys(self.variable_args, stand_in)}
        return replace(self, args=args, context=dict.fromkeys(self.context, stand_in), **names)


@dataclass(frozen=True, slots=True)
class LinkResult:
    """What the class gave.

    `host_from_variable`: another run could have led to another host. `is_template`: `url` holds
    placeholders to be filled in, which the class put there and not one of the run's values.
    """

    url: str
    name: str
    icon_uri: str
    host_from_variable: bool
    is_template: bool = False


class Runner(Protocol):
    """What calls the classes; only a worker has one."""

    def run(self, call: LinkCall) -> LinkResult:
        """Raises Failed with the class and the reason; MissingVariables where it has no address."""
