import pytest

from linkhub.lib.url_policy import (
    HostOrigin,
    Refusal,
    UrlPolicy,
    check_url,
    has_dot_segment,
    host_of,
)

OPEN = UrlPolicy()


def rule(
    url: str, *, origin: HostOrigin = HostOrigin.ADMIN, policy: UrlPolicy = OPEN
) -> str | None:
    refusal = check_url(url, origin=origin, policy=policy)
    assert refusal is None or isinstance(refusal, Refusal)
    assert refusal is None or refusal.message
    return refusal.rule if refusal else None


@pytest.mark.parametrize(
    "url",
    [
        "https://wandb.ai/team/project/runs/abc",
        "http://localhost:30082/#!/log/ns/pod/pod?namespace=ns",
        "https://grafana.example.com/explore?panes=%7B%7D&orgId=1",
        "HTTPS://Example.COM",
        "https://example.com.",
        "https://my_host.internal:8443/x",
        "https://[::1]:8080/x",
        "https://10.0.0.7/x",
        "https://xn--bcher-kva.example/",
        "https://example.com?q=1",
        "https://example.com#x",
        "https://example.com/a..b/...",
        "https://example.com/é?q=日本",
        "https://example.com/?next=/../x",
        "https://example.com/%252e%252e/x",
        "https://example.com/a|b{c}",
    ],
)
def test_it_lets_ordinary_urls_pass(url: str) -> None:
    assert rule(url) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "not-absolute"),
        ("//evil.example.com/x", "not-absolute"),
        ("/path", "not-absolute"),
        ("example.com/x", "not-absolute"),
        ("https:/example.com", "not-absolute"),
        ("https:example.com", "not-absolute"),
        ("https:\\\\example.com", "backslash"),
        ("https://example.com\\@evil.com/", "backslash"),
        ("javascript:alert(1)", "scheme"),
        ("JavaScript://example.com/%0aalert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("vscode://host/x", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("java\tscript:alert(1)", "control-character"),
        ("https://exam\nple.com/", "control-character"),
        ("https://example.com/\r\nX: y", "control-character"),
        ("https://example.com/\x00", "control-character"),
        ("\x01https://example.com/", "control-character"),
        ("https://example.com/\x9f", "control-character"),
        ("https://example.com/\u2028", "control-character"),
        ("https://example.com/\ud800", "control-character"),
        (" https://example.com/", "white-space"),
        ("https://example.com/a b", "white-space"),
        ("https://example.com/a\u00a0b", "white-space"),
        ("https://example.com/a\u3000b", "white-space"),
        ("https://example.com/\u202egnp.exe", "bidi"),
        ("https://example.com/\u2066x", "bidi"),
        ("https://exam\u200bple.com/", "invisible-character"),
        ("https://user@example.com/", "userinfo"),
        ("https://user:password@example.com/", "userinfo"),
        ("https://@example.com/", "userinfo"),
        ("https:///example.com/", "host"),
        ("https://", "host"),
        ("https://?q", "host"),
        ("https://:80/", "host"),
        ("https://a..b/", "host"),
        ("https://.example.com/", "host"),
        ("https://-example.com/", "host"),
        ("https://exa%6dple.com/", "host"),
        ("https://evil\u3002com/", "host"),
        ("https://\uff45vil.com/", "host"),
        ("https://bücher.example/", "host"),
        ("https://a,b.com/", "host"),
        ("https://2130706433/", "host"),
        ("https://0x7f.1/", "host"),
        ("https://127.1/", "host"),
        ("https://127.0.0.01/", "host"),
        ("https://[::1/", "host"),
        ("https://[fe80::1%25eth0]/", "host"),
        ("https://" + "a" * 64 + ".com/", "host"),
        ("https://" + "a." * 127 + "com/", "host"),
        ("https://example.com:/", "port"),
        ("https://example.com:65536/", "port"),
        ("https://example.com:80a/", "port"),
        ("https://example.com:٣/", "port"),
        ("https://example.com/" + "a" * 8_000, "length"),
        ("https://example.com/a/../b", "dot-segment"),
        ("https://example.com/.", "dot-segment"),
        ("https://example.com/%2E%2e/b", "dot-segment"),
        ("https://example.com/.%2e?q", "dot-segment"),
        ("https://example.com/..;x/b", "dot-segment"),
        ("https://example.com/#/runs/../x", "dot-segment"),
        ("https://example.com/#..", "dot-segment"),
    ],
)
def test_it_refuses_what_could_lead_elsewhere(url: str, expected: str) -> None:
    assert rule(url) == expected


def test_it_allows_schemes_of_the_settings() -> None:
    policy = UrlPolicy(schemes=frozenset({"https", "vscode"}))
    assert rule("vscode://file.host:8080/x", policy=policy) is None
    assert rule("http://example.com/", policy=policy) == "scheme"


def test_it_allows_no_host_from_a_variable_by_default() -> None:
    assert rule("https://example.com/", origin=HostOrigin.VARIABLE) == "host"


def test_it_allows_a_variable_the_host_of_a_tool_on_its_port_only() -> None:
    policy = UrlPolicy(tool_hosts=frozenset({"grafana.test", "wandb.test:8443"}))
    hosts = {
        "https://grafana.test/x": None,
        "https://GRAFANA.test.:443/x": None,
        "https://grafana.test:8080/x": "host",
        "https://wandb.test:8443/x": None,
        "https://wandb.test/x": "host",
        "https://x.grafana.test/": "host",
    }
    for url, expected in hosts.items():
        assert rule(url, origin=HostOrigin.VARIABLE, policy=policy) == expected


@pytest.mark.parametrize("origin", list(HostOrigin))
def test_it_matches_globs_by_whose_hand_wrote_the_host(origin: HostOrigin) -> None:
    globs = ("*.Example.com", "10.*:8080", "[::1]")
    policy = UrlPolicy(admin_hosts=globs, attached_hosts=globs, variable_hosts=globs)
    hosts = {
        "https://a.b.EXAMPLE.com:9/": None,
        "https://example.com/": "host",
        "https://a.example.com.evil.net/": "host",
        "http://10.1.2.3:8080/": None,
        "http://10.1.2.3/": "host",
        "http://[0:0::1]/": None,
        "http://[::2]/": "host",
    }
    for url, expected in hosts.items():
        assert rule(url, origin=origin, policy=policy) == expected


def test_it_counts_a_scheme_s_own_port_for_globs_with_one() -> None:
    policy = UrlPolicy(admin_hosts=("example.com:443",))
    assert rule("https://example.com/", policy=policy) is None
    assert rule("http://example.com/", policy=policy) == "host"


def test_it_names_hosts_as_tools_have_them() -> None:
    assert host_of("https://Grafana.Example.com:443/sub") == "grafana.example.com"
    assert host_of("http://g.test:3000") == "g.test:3000"
    assert host_of("http://[::0:1]/") == "[::1]"
    assert host_of("grafana.example.com") is None
    assert host_of("https://u@g.test/") is None


def test_it_finds_no_dots_in_queries_or_authorities() -> None:
    assert not has_dot_segment("https://h/x?a=/../b")
    assert not has_dot_segment("https://../x")
    assert not has_dot_segment("https://h/#/x?y=/../z")
    assert has_dot_segment("relative/../x")
