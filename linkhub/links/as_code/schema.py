"""The file's JSON Schema, for editors and CI: `python manage.py definitions schema` writes it."""

from __future__ import annotations

import json
from typing import Any

from linkhub.links.as_code.file import DefinitionsFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_schema() -> dict[str, Any]:
    schema = DefinitionsFile.model_json_schema(by_alias=True)
    return {"$schema": DIALECT, **schema, "title": "LinkHub definitions"}


def schema_text() -> str:
    return json.dumps(file_schema(), indent=2) + "\n"
