from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "linkhub.api"
    label = "api"
