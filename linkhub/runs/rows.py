"""Rows of one table by natural key: loaded once, merged in memory, written once."""

from __future__ import annotations

from collections.abc import Hashable, ItemsView
from typing import Generic, TypeVar

from django.db import models

K = TypeVar("K", bound=Hashable)
M = TypeVar("M", bound=models.Model)
BATCH = 1000


class Rows(Generic[K, M]):
    """The rows of `model` that one recording touches, under their natural keys."""

    def __init__(self, model: type[M]) -> None:
        self._model = model
        self._rows: dict[K, M] = {}
        self._new: dict[K, M] = {}
        self._dirty: dict[K, M] = {}

    def add_stored(self, key: K, row: M) -> None:
        self._rows[key] = row

    def get(self, key: K) -> M | None:
        return self._rows.get(key)

    def __getitem__(self, key: K) -> M:
        return self._rows[key]

    def add_new(self, key: K, row: M) -> M:
        self._rows[key] = self._new[key] = row
        return row

    def touch(self, key: K) -> None:
        """Have the row written: a stored one by update, a new one by insert anyway."""
        if key not in self._new:
            self._dirty[key] = self._rows[key]

    def is_new(self, key: K) -> bool:
        return key in self._new

    def is_touched(self, key: K) -> bool:
        return key in self._new or key in self._dirty

    def items(self) -> ItemsView[K, M]:
        return self._rows.items()

    def write(self) -> None:
        """One insert for the new rows, one update for the changed ones, in batches."""
        if self._new:
            self._model._default_manager.bulk_create(self._new.values(), batch_size=BATCH)
        if self._dirty:
            fields = [f.name for f in self._model._meta.concrete_fields if not f.primary_key]
            self._model._default_manager.bulk_update(self._dirty.values(), fields, batch_size=BATCH)
