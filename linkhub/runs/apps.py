from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "linkhub.runs"
    label = "runs"
