"""Flyte 2: what its SDK reports (`tracked.py`) and what its back end tells (`connector.py`).

Nothing here needs Flyte's own packages: both speak Connect, which is plain HTTP, and the few
messages that come as protobuf are read by `wire.py`.
"""
