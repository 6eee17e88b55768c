"""Text in an address that no look-up can take."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import Client

from linkhub.pages.middleware import storable_queries
from tests import factories as make

pytestmark = pytest.mark.django_db
QUERIES = ["after=%00", "show=%00", "q=%00", "%00=1", "workflow=%00", "next=%00"]
LISTS = [
    "links/linkdefinition/?level__exact=%00",
    "links/linkdefinition/?q=%00",
    "links/linkdefinition/?%00=1",
    "accounts/project/?visibility__exact=%00",
    "autocomplete/?app_label=accounts&model_name=membership&field_name=user&term=%00",
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", ["/", "/links/", "/projects/", "/find", "/projects/flytesnacks/"])
def test_no_page_breaks(client: Client, path: str, query: str) -> None:
    make.make_run()

    assert client.get(f"{path}?{query}").status_code in {200, 404}


@pytest.mark.parametrize("path", LISTS)
def test_no_list_of_the_admin_breaks(admin: Client, path: str) -> None:
    make.make_definition()

    assert admin.get(f"/admin/{path}").status_code in {200, 302}


def test_lone_surrogates_are_replaced_too() -> None:
    request = HttpRequest()
    request.GET = QueryDict("a=1&a=%2BAD", mutable=True)
    request.GET.setlist("q\udc00", ["x\ud800y", "z"])
    storable_queries(lambda _: HttpResponse())(request)

    assert dict(request.GET.lists())["q\ufffd"] == ["x\ufffdy", "z"]


def test_the_api_looks_at_its_own(client: Client) -> None:
    _, secret = make.make_token()
    response = client.get(
        "/api/v1/runs?workflow=%00", headers={"Authorization": f"Bearer {secret}"}
    )

    assert response.status_code == 422
