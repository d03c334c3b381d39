"""The official meta-schemas, by their URIs.

Rules: they come with a library, not from the network.
"""

from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # the library has no types

from truemirror.core.schema.terms import Json


def official(uri: str) -> Json | None:
    """The meta-schema at a URI, with or without an empty fragment; None when it is not an official one."""
    resource = REGISTRY.get(uri) or REGISTRY.get(uri + "#")
    return None if resource is None else resource.contents
