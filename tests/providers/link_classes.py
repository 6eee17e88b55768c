"""Link classes as people write them, good and bad; loaded by the child process alone."""

import os
import sys
import time
from typing import Any


class Good:
    name = "Good"
    icon_uri = "https://icons.test/g.png"

    def __init__(self, host: str = "https://good.test", **rest: Any) -> None:
        self.host = host
        self.rest = rest
        self.calls = 0

    def get_link(
        self,
        run_name: str,
        project: str,
        domain: str,
        context: dict[str, str],
        parent_action_name: str,
        action_name: str,
        pod_name: str,
        **kwargs: Any,
    ) -> Any:
        rest = ",".join(f"{k}={v}" for k, v in {**self.rest, **context, **kwargs}.items())
        names = (project, domain, run_name, parent_action_name, action_name, pod_name)
        return f"{self.host}/{'/'.join(names)}?{rest}"


class Outer:
    class Inner(Good):
        pass


class Counting(Good):
    def get_link(self, **kwargs: Any) -> str:
        self.calls += 1
        return f"https://good.test/{os.getpid()}/{self.calls}"


class HostFromContext(Good):
    def get_link(self, *, context: dict[str, str], **kwargs: Any) -> str:
        return context.get("host", "https://good.test") + "/x"


class HostByDomain(Good):
    HOSTS = {"development": "https://dev.test", "production": "https://prod.test"}

    def get_link(self, *, domain: str, **kwargs: Any) -> str:
        return self.HOSTS[domain] + "/{{.podName}}"


class Remembering(Good):
    """Keeps the first host it ever saw: a mistake that must not leak into another run."""

    def get_link(self, *, context: dict[str, str], **kwargs: Any) -> str:
        self.seen = getattr(self, "seen", context["host"])
        return f"https://{self.seen}/x"


class Templated(Good):
    def get_link(self, *, context: dict[str, str], **kwargs: Any) -> str:
        note = context.get("note", "")
        return f"https://good.test/{{{{ .namespace }}}}/{{{{.podName}}}}?note={note}"


class Encoding(Good):
    def get_link(self, *, pod_name: str, **kwargs: Any) -> str:
        from urllib.parse import quote

        return f"https://good.test/{quote(pod_name)}"


class SlashesOnly(Good):
    def get_link(self, **kwargs: Any) -> str:
        return "https:///evil.test/x"


class Broken(Good):
    def get_link(self, **kwargs: Any) -> str:
        return "https://good.test/{{ .nope }}"


class Nothing(Good):
    def get_link(self, **kwargs: Any) -> Any:
        return None


class Number(Good):
    def get_link(self, **kwargs: Any) -> Any:
        return 7


class Asynchronous(Good):
    async def get_link(self, **kwargs: Any) -> Any:
        return "https://good.test"


class Raising(Good):
    def get_link(self, **kwargs: Any) -> Any:
        raise ValueError("no\nsuch   thing " + "x" * 1_000)


class Unprintable(Good):
    class Error(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def get_link(self, **kwargs: Any) -> Any:
        raise self.Error


class Exiting(Good):
    def get_link(self, **kwargs: Any) -> Any:
        sys.exit("bye")


class Sleeping(Good):
    def get_link(self, **kwargs: Any) -> Any:
        while True:
            time.sleep(60)


class Crashing(Good):
    def get_link(self, **kwargs: Any) -> Any:
        os._exit(7)


class Huge(Good):
    def get_link(self, **kwargs: Any) -> Any:
        return "https://good.test/" + "x" * 1_000_000


class Greedy(Good):
    def get_link(self, **kwargs: Any) -> Any:
        return f"https://good.test/{len(bytearray(8 << 30))}"


class Noisy(Good):
    def get_link(self, **kwargs: Any) -> Any:
        print("noise", flush=True)
        os.write(1, b'{"id": 2, "url": "https://noise.test"}\n')
        os.write(2, b"more noise\n")
        return f"https://good.test/{sys.stdin.read()}"


class Environment(Good):
    def get_link(self, **kwargs: Any) -> Any:
        return "https://good.test/" + ",".join(sorted(os.environ))


class DocsGrafana:
    """The Grafana link of Flyte's documentation."""

    name = "Grafana"

    def __init__(self, dashboard_url: str) -> None:
        self.dashboard_url = dashboard_url

    def get_link(self, pod_name: str, **kwargs: Any) -> str:
        return f"{self.dashboard_url}?var-pod={pod_name}"


class DocsWandb:
    """The W&B link of Flyte's documentation, which takes the run id from the context."""

    name = "Weights & Biases"

    def __init__(self, project: str, entity: str, id: str | None = None) -> None:
        self.project, self.entity, self.id = project, entity, id

    def get_link(self, run_name: str, context: dict[str, str], **kwargs: Any) -> str:
        run = self.id or context.get("wandb_id") or run_name
        return f"https://wandb.ai/{self.entity}/{self.project}/runs/{run}"


class WrongSignature:
    def get_link(self, run_name: str) -> str:
        return run_name


class NeedsArgument(WrongSignature):
    def __init__(self, project: str) -> None:
        self.project = project


class NotALink:
    pass


NOT_A_CLASS = Good()
