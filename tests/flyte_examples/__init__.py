"""The examples that Flyte publishes for its links, as modules that the real SDK runs.

Each has `TASK`, what it is called with (`INPUTS`) and the context of its run (`CONTEXT`).
"""
