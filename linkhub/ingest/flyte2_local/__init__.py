"""Runs from the local store that the Flyte 2 SDK writes with `local_persistence=True`.

`store` reads the SQLite file, `documents` turns one run's rows into a `RunDocument`, `values`
and `failures` what stands in the rows, `importing` records them. Nothing here needs `flyte`.
"""
