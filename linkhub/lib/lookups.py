"""`field__any_of=values`: what `field__in` says, with all values in one parameter.

`IN` writes each value into the statement; a batch has thousands, which both sides then read.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler


# Foreign keys take no lookups from other fields.
@models.ForeignObject.register_lookup
@models.Field.register_lookup
class AnyOf(models.Lookup):
    lookup_name = "any_of"

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Raises EmptyResultSet where there are no values, as `IN` does: nothing is asked."""
        if not self.rhs:
            raise EmptyResultSet
        column, given = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*given, self.rhs]
