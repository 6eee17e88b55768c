"""One stylesheet for browsers, one file a component for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEET = "css/linkhub.css"
IMPORT = re.compile(r'^@import url\("([\w-]+\.css)"\);\n', re.MULTILINE)

Paths: TypeAlias = dict[str, tuple[Storage, str]]


class JoinedStylesheet(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Collected, `css/linkhub.css` holds what it imports: one request instead of a chain of them.

    As it stands in `static/` browsers read it too, file by file; nothing is built beforehand.
    """

    def post_process(self, paths: Paths, dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if SHEET in paths and not dry_run:
            memory = InMemoryStorage()
            memory.save(SHEET, ContentFile(joined(paths)))
            paths = {**paths, SHEET: (memory, SHEET)}
        yield from super().post_process(paths, dry_run=dry_run, **options)


def joined(paths: Paths) -> str:
    """The sheet with each import replaced by the file beside it."""
    folder = SHEET.rpartition("/")[0]
    return IMPORT.sub(lambda match: _text(paths, f"{folder}/{match[1]}"), _text(paths, SHEET))


def _text(paths: Paths, name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return str(file.read(), "utf-8")
