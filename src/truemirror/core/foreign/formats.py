"""The formats that can be imported, by the name that the command line knows.

Rules: a reader is a pure function from a document to what it carries; a new format is a module and a row here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from truemirror.core.foreign.carried import Carried, Source
from truemirror.core.foreign.har import read_har
from truemirror.core.foreign.hoverfly import read_hoverfly
from truemirror.core.foreign.mountebank import read_mountebank
from truemirror.core.foreign.pact import read_pact
from truemirror.core.foreign.postman import read_postman
from truemirror.core.foreign.vcr import read_vcr
from truemirror.core.foreign.wiremock import read_wiremock

_JSON = (".json",)


class Layout(StrEnum):
    """How a tool lays its recordings out."""

    DOCUMENT = "document"
    """Each file is a recording of its own."""
    STUBS = "stubs"
    """All files of a folder are one recording; the document is a list of file name and content."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be imported."""

    read: Callable[[Source], Carried]
    tool: str
    suffixes: tuple[str, ...] = _JSON
    """What the files in a folder are called."""
    layout: Layout = Layout.DOCUMENT


FORMATS: Mapping[str, Format] = {
    "har": Format(read_har, "HTTP Archive 1.2: browsers, proxies", (".har",)),
    "vcr": Format(read_vcr, "cassettes of VCR.py and of Ruby's VCR", (".yaml", ".yml", ".json")),
    "wiremock": Format(read_wiremock, "mappings of WireMock, with __files", _JSON, Layout.STUBS),
    "hoverfly": Format(read_hoverfly, "simulations of Hoverfly, v5"),
    "mountebank": Format(read_mountebank, "imposters of Mountebank"),
    "pact": Format(read_pact, "pacts of Pact, specifications 1 to 4"),
    "postman": Format(read_postman, "collections of Postman v2.1 with saved examples"),
}
