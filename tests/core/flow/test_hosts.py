"""Hosts keep their names, lead to addresses of ours, and all others lead nowhere."""

import pytest

from truemirror.core.environment import host_of
from truemirror.core.flow.hosts import CLOSED, allowing_rules, is_local, mapping_rules, origin


def test_every_host_is_mapped_with_its_port_and_all_others_are_closed() -> None:
    """The scheme's port is added where the configuration names none; the last rule closes the door."""
    rules = mapping_rules({"web.internal": "127.0.0.1:1", "API.internal:8080": "127.0.0.1:2"})
    assert rules == "MAP web.internal:80 127.0.0.1:1,MAP api.internal:8080 127.0.0.1:2,MAP * ~NOTFOUND"
    assert mapping_rules({"web.internal": "127.0.0.1:1"}, "https").startswith("MAP web.internal:443 ")


def test_without_hosts_everything_is_closed() -> None:
    """Nothing leads anywhere."""
    assert mapping_rules({}) == CLOSED


def test_an_environment_leaves_its_hosts_where_they_are_and_closes_all_others() -> None:
    """Each once, without its port."""
    assert allowing_rules(["crm.example:443", "crm.example:8443"]) == "MAP * ~NOTFOUND,EXCLUDE crm.example"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://web.internal/a?b=http://other/", "web.internal:80"),
        ("https://WEB.internal", "web.internal:443"),
        ("http://[::1]:8080/x", "[::1]:8080"),
        ("http://user:secret@web.internal:99/", "web.internal:99"),
        ("data:text/plain,hello", ""),
        ("about:blank", ""),
        ("http://web.internal:port/", ""),
        ("", ""),
    ],
)
def test_the_host_of_a_url_is_its_name_and_port(url: str, host: str) -> None:
    """What asks nobody has none; what cannot be read has none either."""
    assert host_of(url) == host
    assert is_local(url) is (host == "")


def test_an_origin_leaves_out_the_port_of_its_scheme() -> None:
    """As browsers write it."""
    assert origin("Web.internal:80") == "http://web.internal"
    assert origin("web.internal:8080", "https") == "https://web.internal:8080"
