"""Recorders and replayers that can be held against the cases, each a file of its own.

Rules: a subject is started as its users start it, on loopback; a setting that it needs to do its best is given and told
in `settings`.
"""

from conformance.subjects.mitmproxy import Mitmproxy
from conformance.subjects.mountebank import Mountebank
from conformance.subjects.running import Running, Subject
from conformance.subjects.truemirror import Truemirror
from conformance.subjects.wiremock import WireMock

SUBJECTS: dict[str, Subject] = {one.name: one for one in (Truemirror(), WireMock(), Mountebank(), Mitmproxy())}
"""By name, in the order of the table."""

__all__ = ["SUBJECTS", "Mitmproxy", "Mountebank", "Running", "Subject", "Truemirror", "WireMock"]
