"""Signing in by OpenID Connect: django-allauth's flow, our decisions of who comes in as what."""
