from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "linkhub.ingest"
    label = "ingest"
