"""Python `Link` classes: any installed, allowed class with Flyte's `get_link`.

The class is called as Flyte's SDK calls it. What is not known yet goes in as the placeholder that
the SDK itself hands over when it deploys a task (`{{.podName}}`), and placeholders in the address
are filled in afterwards, as Flyte's back end does it: classes may write any variable into it.
"""

from typing import Final
from urllib.parse import quote

from linkhub.links.language.catalogue import Level
from linkhub.links.language.errors import Failed, MissingVariables, TemplateError
from linkhub.links.language.template import Part, compile_template
from linkhub.links.providers.base import Built, Parameter, Provider, Request
from linkhub.links.providers.link_calls import LinkCall, LinkResult, Runner

_CLASS: Final = "class"
_HANDED_OVER: Final = {
    "run_name": "runName",
    "project": "executionProject",
    "domain": "executionDomain",
    "action_name": "actionName",
    "pod_name": "podName",
}
"""What `get_link` is handed, and the variable that it is."""


class PythonLink(Provider):
    """Every parameter but `class` goes to the class's constructor."""

    kind = "python_link"
    label = "Python Link class"
    icon = "python"
    level = Level.ACTION
    tool_kind = ""
    group = "Python"
    versions = "Flyte 2"
    source = "`flyte.Link`, flyte-sdk 2.12"
    help = "Any installed class that `LINKHUB_LINK_CLASSES` allows, with Flyte's `get_link`."
    runs_code = True
    open_parameters = True
    parameters = (
        Parameter(
            _CLASS,
            "Class",
            "`module:Class`, such as `flyteplugins.wandb:Wandb`; every other parameter is an "
            "argument of its constructor.",
            required=True,
        ),
    )

    def build(self, request: Request) -> Built:
        """Always raises Failed: `build_with` needs the runner that only a worker has."""
        raise Failed(f"`{request.text(_CLASS)}` is Python code, which only a worker may run")

    def build_with(self, runner: Runner, request: Request) -> Built:
        """The link as the class gives it; its name and icon are the class's.

        Raises Failed and MissingVariables as the runner does, and MissingVariables where the
        address needs a value that is not known.
        """
        call = link_call(request)
        result = runner.run(call)
        _refuse_encoded_placeholders(result.url, call)
        if result.is_template:
            return _rendered(result, call, request)
        return Built(
            result.url,
            (Part(result.url, None),),
            result.host_from_variable,
            name=result.name,
            icon=result.icon_uri,
        )


def link_call(request: Request) -> LinkCall:
    """What Flyte hands to `get_link` for this subject; a root action is its own parent there."""
    path = request.text(_CLASS)
    if not path:
        raise Failed(f"parameter `{_CLASS}` is empty, but must be `module:Class`")
    handed = {keyword: request.value(name) for keyword, name in _HANDED_OVER.items()}
    unknown = {keyword for keyword, value in handed.items() if value is None}
    names = {key: str(value or _placeholder(key)) for key, value in handed.items()}
    parent = request.value("parentActionName")
    if parent is None and "action_name" in unknown:
        unknown.add("parent_action_name")
    arguments = {
        name: value
        for name, value in request.params.items()
        if name != _CLASS and value is not None and value != ""
    }
    return LinkCall(
        path=path,
        args=arguments,
        context=request.context,
        parent_action_name=str(parent or names["action_name"]),
        variable_args=request.variable_params & arguments.keys(),
        unknown=frozenset(unknown),
        **names,
    )


def _placeholder(keyword: str) -> str:
    return f"{{{{.{_HANDED_OVER[keyword]}}}}}"


def _refuse_encoded_placeholders(url: str, call: LinkCall) -> None:
    """A class that encodes what it is handed spoils a placeholder for good."""
    lost = tuple(
        name
        for keyword, name in _HANDED_OVER.items()
        if keyword in call.unknown and quote(_placeholder(keyword), safe="").lower() in url.lower()
    )
    if lost:
        raise MissingVariables(lost)


def _rendered(result: LinkResult, call: LinkCall, request: Request) -> Built:
    try:
        rendered = compile_template(result.url).render(request.values)
    except TemplateError as error:
        raise Failed(f"`{call.path}` gave an address that cannot be filled in: {error}") from None
    return Built(
        rendered.url,
        rendered.parts,
        result.host_from_variable or rendered.host_from_variable,
        rendered.depends_on_now,
        name=result.name,
        icon=result.icon_uri,
    )
