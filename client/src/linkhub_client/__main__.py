"""`python -m linkhub_client`, where the command `linkhub` is not on the path."""

import sys

from linkhub_client.cli import main

sys.exit(main())
