from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from linkhub.accounts.models import ApiToken, Project
from linkhub.accounts.tokens import check_token
from tests.factories import make_project

pytestmark = pytest.mark.django_db


def test_it_prints_the_token_alone(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("token", "ci", "--can", "ingest,read")
    secret = capsys.readouterr().out.strip()
    token = check_token(secret)
    assert token == ApiToken.objects.get()
    assert (token.name, token.can_ingest, token.can_read, token.can_manage) == (
        "ci",
        True,
        True,
        False,
    )


def test_it_limits_the_token_to_a_project() -> None:
    project = make_project("mine")
    call_command("token", "ci", "--can", "ingest", "--project", "mine")
    assert ApiToken.objects.get().project == project


def test_it_makes_a_project_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("token", "ci", "--can", "ingest", "--project", "new")
    captured = capsys.readouterr()
    assert Project.objects.get().name == "new"
    assert captured.out.strip().startswith("lhk_")
    assert "Made the project 'new'." in captured.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--can", "fly"], "does not know 'fly'"),
        (["--can", ""], "does not know ''"),
        (["--can", "read", "--project", "a\nb"], "no control characters"),
    ],
)
def test_it_says_what_is_wrong(options: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("token", "ci", *options)
    assert not ApiToken.objects.exists()
