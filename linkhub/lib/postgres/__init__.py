"""Django's PostgreSQL backend, with times read by the driver's own C code: see `base.py`."""
