import os

from django.apps import AppConfig

from linkhub.embedded import environment


class EmbeddedConfig(AppConfig):
    name = "linkhub.embedded"
    label = "embedded"

    def ready(self) -> None:
        if environment.MARK in os.environ:
            # Only a process of `serve` has somebody to tell, and Celery is slow to import.
            from linkhub.embedded import readiness

            readiness.announce()
