from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "linkhub.runs"
    label = "runs"

    def ready(self) -> None:
        from linkhub.lib import lookups  # noqa: F401 (registers itself)
