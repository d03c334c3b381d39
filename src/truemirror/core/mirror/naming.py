"""How a mirror is named where somebody asks for it: `tags`, or `tags@1.0.0` for one version of several.

Rules: a version may be told by its beginning (`tags@1.0`); the service's name alone leaves the version open.
"""

from truemirror.errors import UsageError

MARK = "@"
"""Stands between service and version; no name of a service holds it."""


def service_of(name: str) -> str:
    """The service of a mirror's name."""
    return name.partition(MARK)[0]


def version_of(name: str) -> str:
    """The version of a mirror's name, or its beginning; empty where it is left open."""
    return name.partition(MARK)[2]


def check_name(name: str) -> None:
    """Raise UsageError for a name with a mark and nothing on one of its sides."""
    service, mark, version = name.partition(MARK)
    if mark and not (service and version):
        raise UsageError(f"'{name}' names no mirror", fix="write SERVICE, or SERVICE@VERSION such as tags@1.0.0")


def is_of(version: str, wanted: str) -> bool:
    """Whether a version is the wanted one, or begins with it step by step: 1.2.0 is of 1.2 and of 1."""
    return version == wanted or version.startswith(f"{wanted}.")
