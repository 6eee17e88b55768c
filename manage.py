#!/usr/bin/env python
"""Django's command line, with LinkHub's commands beside Django's own."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkhub.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        if sys.argv[1:2] == ["doctor"]:
            from linkhub.embedded.doctor.command import examine_without_settings

            sys.exit(examine_without_settings(error))
        if isinstance(error, ImproperlyConfigured):
            sys.exit(f"LinkHub cannot start: {error}")
        raise


if __name__ == "__main__":
    main()
