"""What a request may know of the process that serves it: nothing."""

from __future__ import annotations

from typing import Any

from linkhub.lib.bare_environ import without_own_environment


def seen(own: dict[str, str], request: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    app = without_own_environment(lambda environ, _start: found.update(environ) or [], own)  # type: ignore[arg-type, func-returns-value]
    app(request, None)  # type: ignore[arg-type]
    return found


def test_secrets_are_gone_and_the_request_stays() -> None:
    own = {"SECRET_KEY": "s", "DATABASE_URL": "d", "HOME": "/root", "SERVER_NAME": "x"}
    request = {"SERVER_NAME": "x", "PATH_INFO": "/", "HTTP_HOST": "x", "wsgi.input": None}

    assert seen(own, own | request) == request


def test_a_header_keeps_its_value_though_a_variable_has_its_name() -> None:
    assert seen({"HTTP_PROXY": "http://p"}, {"HTTP_PROXY": "mine"}) == {"HTTP_PROXY": "mine"}
    assert seen({"HTTP_PROXY": "http://p"}, {"HTTP_PROXY": "http://p"}) == {}
