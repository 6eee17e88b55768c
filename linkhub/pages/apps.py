from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "linkhub.pages"
    label = "pages"
