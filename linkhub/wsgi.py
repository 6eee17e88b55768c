"""The web process's entry point."""

import os

from django.core.wsgi import get_wsgi_application

from linkhub.lib.raw_paths import refusing_broken_paths

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkhub.settings")
application = refusing_broken_paths(get_wsgi_application())
