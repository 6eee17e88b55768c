from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "linkhub.embedded"
    label = "embedded"
