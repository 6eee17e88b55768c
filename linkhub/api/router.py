"""The one router: modules hang their operations on it.

A router a module would not do: two routers with the same path, one with its GET and one with its
PUT, are two views, and the first answers 405 to the other's method.
"""

from __future__ import annotations

from ninja import Router

router = Router()
