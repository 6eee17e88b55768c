from django.apps import AppConfig


class SeeingConfig(AppConfig):
    name = "linkhub.seeing"
    label = "seeing"
