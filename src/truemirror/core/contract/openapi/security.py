"""What a caller has to show, as what it is instead of what a document calls it.

Rules: alternatives stay alternatives; two schemes with the same kind are the same, whatever their names; a scheme that
is not declared is known by its name alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from truemirror.core.contract.openapi.interface import FLOW, Credential, Place, Requirement
from truemirror.core.contract.openapi.parts import Parts

_NOWHERE: frozenset[str] = frozenset()
_ADDRESSES = ("authorizationUrl", "tokenUrl", "refreshUrl")


class Security:
    """The security schemes of one document."""

    def __init__(self, parts: Parts, root: Mapping[str, Any], place: Place) -> None:
        """Read the schemes. Raises FormatError."""
        self._parts = parts
        components = parts.mapping(root.get("components", {}), place.below("components"))
        around = place.below("components", "securitySchemes")
        self._kinds = {
            str(name): _scheme(str(name), parts.resolved(scheme, around.below(str(name)))[0])
            for name, scheme in parts.mapping(components.get("securitySchemes", {}), around).items()
        }
        self._everywhere = self._requirements(root.get("security", []), place.below("security"))

    def of(self, node: Mapping[str, Any], place: Place) -> tuple[Requirement, ...]:
        """What an operation asks for: its own word, else that of the whole document."""
        if "security" not in node:
            return self._everywhere
        return self._requirements(node["security"], place.below("security"))

    def _requirements(self, nodes: Any, place: Place) -> tuple[Requirement, ...]:
        """Alternatives."""
        if not isinstance(nodes, list):
            raise self._parts.wrong("security is no list", place)
        return tuple(
            frozenset(
                Credential(
                    str(name),
                    self._kinds.get(str(name), (f"undeclared {name}", _NOWHERE))[0],
                    frozenset(str(scope) for scope in scopes) if isinstance(scopes, list) else frozenset(),
                    self._kinds.get(str(name), ("", _NOWHERE))[1],
                )
                for name, scopes in self._parts.mapping(node, place.below(number)).items()
            )
            for number, node in enumerate(nodes)
        )


def _scheme(name: str, scheme: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """What a scheme is, and where its credentials are got."""
    flows = scheme.get("flows")
    return _kind(name, scheme), frozenset(
        source for way, flow in (flows.items() if isinstance(flows, Mapping) else ()) for source in _sources(way, flow)
    )


def _sources(way: str, flow: Any) -> Iterator[str]:
    """A flow of OAuth 2, and each of its addresses."""
    yield f"{way}{FLOW}"
    for field in _ADDRESSES:
        if isinstance(flow, Mapping) and field in flow:
            yield f"{way} {field} {flow[field]}"


def _kind(name: str, scheme: Mapping[str, Any]) -> str:
    """What a scheme is."""
    match scheme.get("type"):
        case "apiKey":
            return f"apiKey {scheme.get('in')} {scheme.get('name')}"
        case "http":
            return f"http {str(scheme.get('scheme', '')).lower()}"
        case "oauth2":
            return "oauth2"  # a token is a token, whichever flow it was got by
        case "openIdConnect":
            return f"openIdConnect {scheme.get('openIdConnectUrl', '')}".strip()
        case other:
            return str(other or f"undeclared {name}")
