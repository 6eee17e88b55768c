"""`linkhub push`: documents of a file or of standard input, or one made of options."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from linkhub_client import reading, stamps, transport
from linkhub_client.addresses import api_run
from linkhub_client.config import Config
from linkhub_client.outbox import Outbox
from linkhub_client.problems import LinkHubError

CHUNK = 500


def push(settings: Config, given: argparse.Namespace) -> int:
    """Raises LinkHubError where nothing, or what is no document, is given."""
    if given.spooled:
        return _push_spool(settings)
    if given.run:
        return _push_one(settings, given)
    if given.file:
        return _push_documents(settings, _documents(_text(given.file)))
    raise LinkHubError("give a FILE, --run or --spooled")


def _push_spool(settings: Config) -> int:
    outbox = Outbox(settings)
    again = outbox.spool.take_back()
    waited = len(outbox.spool.names())
    taken = outbox.deliver()
    sys.stdout.write(f"{taken} of {waited} sent ({again} had been refused before)\n")
    return 0 if taken == waited else 1


def _push_one(settings: Config, given: argparse.Namespace) -> int:
    of = reading.named(given.run)
    body: dict[str, Any] = {"updated_at": stamps.iso(stamps.microseconds())}
    body |= {name: getattr(given, name) for name in ("phase", "task") if getattr(given, name)}
    if given.label:
        body["labels"] = _pairs(given.label)
    if given.context:
        body["context"] = _pairs(given.context)
    if given.workflow:
        if of.action is not None:
            raise LinkHubError("--workflow is a run's, not an action's")
        body["workflow"] = given.workflow
    transport.request(settings, "PUT" if of.action is None else "PATCH", api_run(*of), body)
    for name, url in _pairs(given.link).items():
        link = {"name": name, "url": url, "updated_at": body["updated_at"]}
        transport.request(settings, "POST", f"{api_run(*of)}/links", link)
    return 0


def _push_documents(settings: Config, documents: list[Any]) -> int:
    """What is refused is said, with its place; the rest is kept."""
    refused = 0
    for start in range(0, len(documents), CHUNK):
        answer = transport.request(
            settings, "POST", "/api/v1/runs:batch", documents[start : start + CHUNK]
        )
        for result in answer["results"]:
            if result["status"] >= 400:
                refused += 1
                faults = "; ".join(map(_in_words, result["errors"]))
                sys.stderr.write(f"linkhub: document {start + result['index'] + 1}: {faults}\n")
    sys.stdout.write(f"{len(documents) - refused} of {len(documents)} recorded\n")
    return 1 if refused else 0


def _in_words(fault: dict[str, Any]) -> str:
    """The place within its document: before it stand `body` and the document's number."""
    return f"{'.'.join(map(str, fault['loc'][2:]))}: {fault['msg']}"


def _documents(text: str) -> list[Any]:
    """One JSON document, a list of them, or one a line."""
    try:
        given = json.loads(text)
    except ValueError:
        try:
            given = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise LinkHubError(f"that is no JSON: {error}") from None
    return given if isinstance(given, list) else [given]


def _text(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    with open(file, encoding="utf-8") as opened:
        return opened.read()


def _pairs(given: list[str]) -> dict[str, str]:
    for each in given:
        if "=" not in each:
            raise LinkHubError(f"{each} is not of the form NAME=VALUE")
    return dict(each.split("=", 1) for each in given)
