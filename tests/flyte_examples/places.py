"""Where the examples leave their stores, from the folder that they run in."""

STORE = ".flyte/local-cache/cache.db"
SNAPSHOT = "while-running.db"
