"""Free ports are found, taken ones are told."""

import socket

import pytest

from truemirror.adapters.services.free_ports import free_ports
from truemirror.errors import ExitCode, PortError


def test_each_service_gets_a_port_of_its_own() -> None:
    """No two are the same, and all can be bound."""
    ports = free_ports(dict.fromkeys(["auth", "core", "tags"], 0))
    assert list(ports) == ["auth", "core", "tags"]
    assert len(set(ports.values())) == 3
    for port in ports.values():
        socket.create_server(("127.0.0.1", port)).close()


def test_a_wanted_port_is_given_when_it_is_free() -> None:
    """Whoever counts from a number gets those numbers."""
    port = free_ports({"tags": 0})["tags"]
    assert free_ports({"tags": port}) == {"tags": port}


def test_a_port_in_use_is_told_with_its_service() -> None:
    """The message says which port, for whom, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortError) as caught:
            free_ports({"tags": port})
    assert caught.value.what == f"port {port} cannot be used: address already in use"
    assert caught.value.where == "service tags"
    assert caught.value.exit_code is ExitCode.COULD_NOT_RUN


def test_a_number_that_is_no_port_is_told() -> None:
    """Counting past the last port is not a crash of ours."""
    with pytest.raises(PortError, match="port 65536 cannot be used: there is no such port"):
        free_ports({"tags": 65_536})
