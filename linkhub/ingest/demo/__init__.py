"""The demo project: what `manage.py demo load` records and `demo remove` takes away."""
