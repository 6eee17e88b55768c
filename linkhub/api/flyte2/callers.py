"""Who reports a run: a token that may ingest, or nobody, where a project is open to that.

The SDK sends `Authorization: Bearer` over TLS alone. Over plain HTTP it sends no credentials of
any kind, so that a laptop's or a cluster's own LinkHub has to name the projects that it takes
such reports for (LINKHUB_OPEN_PROJECTS).
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from linkhub.accounts.models import ApiToken, Project
from linkhub.api.access import check_may_record, project_to_record
from linkhub.api.auth import INGEST
from linkhub.api.problems import Problem, unauthorized
from linkhub.ingest.flyte2.values import Invalid
from linkhub.lib.names import check_name

BEARER = "bearer "


def authenticate(request: HttpRequest) -> ApiToken | None:
    """The token; None where nothing was sent. Raises Problem 401, 403 or 429."""
    sent = request.headers.get("Authorization", "")
    if not sent:
        return None
    if not sent.lower().startswith(BEARER):
        raise unauthorized("invalid_token")
    token = INGEST.authenticate(request, sent[len(BEARER) :].strip())
    if token is None:
        raise unauthorized("invalid_token")
    return token


def check_may_report(token: ApiToken | None, project: str) -> None:
    """Raises Problem 401 or 404."""
    if token is not None:
        check_may_record(token, project)
    elif project not in settings.LINKHUB_OPEN_PROJECTS:
        raise Problem(
            401,
            detail="Send a token (`auth_type`, over https), or have an admin open the project"
            " (LINKHUB_OPEN_PROJECTS).",
            headers={"WWW-Authenticate": 'Bearer realm="LinkHub"'},
        )


def project_to_report(token: ApiToken | None, name: str) -> Project:
    """The project, made where it is new. Raises Problem 401 or 404."""
    check_may_report(token, name)
    if token is not None:
        return project_to_record(token, name)
    return Project.objects.get_or_create(name=name)[0]


def names_of(run: dict[str, str]) -> tuple[str, str, str]:
    """Project, domain and run of a RunIdentifier. Raises Invalid for what can be no name."""
    found = [run.get(field) or "" for field in ("project", "domain", "name")]
    for field, name in zip(("project", "domain", "name"), found, strict=True):
        if not isinstance(name, str) or (problem := check_name(name)):
            raise Invalid(f"run_id.{field}: {problem if isinstance(name, str) else 'no text'}")
    return found[0], found[1], found[2]
