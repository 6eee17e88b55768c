from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "linkhub.links"
    label = "links"
