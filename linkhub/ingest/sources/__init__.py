"""Connectors: polling and following other systems' runs. `README.md` has the order of things."""
