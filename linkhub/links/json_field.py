"""JSON typed into a form, whatever was typed: Django's own field knows one way for it to be wrong.

Python refuses numbers of thousands of digits by a plain ValueError and deep nesting by a
RecursionError, and reads escapes of lone surrogates, which no page could show again.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput

from linkhub.lib.storable import is_storable


class JsonField(forms.JSONField):
    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and not _is_plain(value):
            code = "invalid"
            raise ValidationError(self.error_messages[code], code=code, params={"value": value})
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, where it cannot be read."""
        if isinstance(data, str) and not _is_plain(data):
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)


def _is_plain(text: str) -> bool:
    """Whether the text is JSON that can be stored, shown and sent again; none at all is."""
    if not text.strip():
        return True
    try:
        return is_storable(json.dumps(json.loads(text), ensure_ascii=False))
    except (ValueError, RecursionError):
        return False
