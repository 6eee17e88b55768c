"""An asynchronous web process's entry point."""

import os

from django.core.asgi import get_asgi_application

from linkhub.lib import roles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkhub.settings")
roles.be(roles.Role.WEB)
application = get_asgi_application()
