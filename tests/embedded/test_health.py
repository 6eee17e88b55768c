import asyncio
from dataclasses import replace
from pathlib import Path

from pytest_httpserver import HTTPServer

from linkhub.embedded.serving import health
from linkhub.embedded.serving.options import read_options


def test_it_waits_for_the_answer_200(httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/healthz").respond_with_data("", status=503)
    httpserver.expect_oneshot_request("/healthz", headers={"Host": "linkhub.example.com"})
    handler = httpserver.expect_request("/healthz")
    handler.respond_with_data("ok")
    options = replace(read_options(Path("/srv"), {}), host=httpserver.host, port=httpserver.port)
    asyncio.run(asyncio.wait_for(health.until_it_answers(options, ".linkhub.example.com"), 5))
    assert [response.status_code for _, response in httpserver.log][-1] == 200


def test_it_is_not_misled_by_a_port_where_nothing_listens(httpserver: HTTPServer) -> None:
    options = replace(read_options(Path("/srv"), {}), port=9)
    assert not asyncio.run(health._answers(options, "localhost"))
