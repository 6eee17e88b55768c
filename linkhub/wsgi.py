"""The web process's entry point."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from linkhub.lib import roles
from linkhub.lib.bare_environ import without_own_environment
from linkhub.lib.raw_paths import refusing_broken_paths
from linkhub.lib.slow_bodies import reading_few_at_once

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkhub.settings")
roles.be(roles.Role.WEB)
application = without_own_environment(
    reading_few_at_once(
        refusing_broken_paths(get_wsgi_application()), threads=settings.LINKHUB_WEB_THREADS
    )
)
