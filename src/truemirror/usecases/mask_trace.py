"""Take the secrets out of a trace and of the files that belong to it, before anything of them is written.

Rules: what the calls tell to be a secret is one in every text of the same trace, wherever it stands: messages, lines of
the console, snapshots, logs. Texts are looked at as bodies are. Everything is gone through twice, for a secret may be
seen before one knows that it is one. What cannot be had clean is withheld, and said to be. Pictures stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from truemirror.core.contract.finding import Finding
from truemirror.core.flow.snapshot import archive_texts
from truemirror.core.flow.trace import Call, Said, Step, Trace, Try
from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, RedactionPolicy
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.errors import StoreError
from truemirror.usecases.redact import Redactor

WITHHELD = "(withheld: a secret would have been left in it)"
PICTURES = frozenset({"png", "jpg", "jpeg", "webp"})
TEXTS = frozenset({"html", "txt", "log", "json"})
ARCHIVES = frozenset({"mhtml"})

Files = Mapping[str, bytes]
"""What belongs to a try, by name: pictures, snapshots, logs."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A trace and the files of its telling try, without secrets; nothing else is ever written."""

    trace: Trace
    files: Files


def mask_trace(trace: Trace, files: Files | None = None, policy: RedactionPolicy = DEFAULT_POLICY) -> Masked:
    """The trace and its files without secrets. Files that are neither pictures nor texts are left out."""
    mask = _Mask(policy)
    masked = Masked(trace, dict(files or {}))
    for _ in range(2):
        masked = Masked(mask.trace(masked.trace), mask.files(masked.files))
    return masked


class _Mask:
    """What knows the secrets of one trace."""

    def __init__(self, policy: RedactionPolicy) -> None:
        """Begin without any."""
        self._redactor = Redactor(policy)

    def trace(self, trace: Trace) -> Trace:
        """All of a trace; calls first, for they know best."""
        calls = [tuple(map(self._call, one.calls)) for one in trace.tries]
        tries = tuple(self._try(replace(one, calls=done)) for one, done in zip(trace.tries, calls, strict=True))
        return replace(trace, test=self.text(trace.test), tries=tries)

    def files(self, files: Files) -> Files:
        """All files whose kind is known."""
        done: dict[str, bytes] = {}
        for name, content in files.items():
            kind = name.rpartition(".")[2].lower()
            if kind in PICTURES:
                done[name] = content
            elif kind in TEXTS:
                done[name] = self._said(content, "text/html" if kind == "html" else "text/plain")
            elif kind in ARCHIVES:
                done[name] = archive_texts(content, self._said)
        return done

    def _try(self, one: Try) -> Try:
        """A try whose calls are clean already."""
        return replace(
            one,
            message=self.text(one.message),
            steps=tuple(map(self._step, one.steps)),
            said=tuple(map(self._line, one.said)),
            misses=tuple(map(self.text, one.misses)),
        )

    def _step(self, step: Step) -> Step:
        """A step."""
        return replace(step, name=self.text(step.name), problem=self.text(step.problem))

    def _line(self, line: Said) -> Said:
        """A line of the console."""
        return replace(line, text=self.text(line.text), url=self._address(line.url))

    def _call(self, call: Call) -> Call:
        """A call."""
        old = call.exchange
        try:
            exchange = self._redactor.redact(old, "flow")
        except StoreError:
            exchange = _withheld(old)
        target = exchange.request.target
        before = call.url.removesuffix(old.request.target)
        url = self._address(before) + target if before != call.url else self._address(call.url)
        findings = tuple(map(self._finding, call.findings))
        return replace(call, url=url, exchange=exchange, findings=findings)

    def _finding(self, one: Finding) -> Finding:
        """A finding, which may say what was there."""
        told = [self.text(text) for text in (one.message, one.expected, one.actual, one.evidence, one.witness)]
        return replace(one, message=told[0], expected=told[1], actual=told[2], evidence=told[3], witness=told[4])

    def _address(self, url: str) -> str:
        """An address, as the field of a request that holds one."""
        if not url:
            return url
        asked = Request("GET", "/", Headers((("Referer", url),)))
        try:
            clean = self._redactor.redact(Exchange(asked, Response(204)), "flow")
        except StoreError:
            return WITHHELD
        return clean.request.headers.get("Referer") or WITHHELD

    def text(self, text: str) -> str:
        """A text for people."""
        return self._said(text.encode("utf-8", "surrogatepass"), "text/plain").decode("utf-8", "surrogatepass")

    def _said(self, text: bytes, media: str) -> bytes:
        """A text of some kind."""
        if not text:
            return text
        said = Response(200, headers=Headers((("Content-Type", media),)), body=text)
        try:
            outcome = self._redactor.redact(Exchange(Request("GET", "/"), said), "flow").outcome
        except StoreError:
            return WITHHELD.encode()
        return outcome.body if isinstance(outcome, Response) else WITHHELD.encode()


def _withheld(exchange: Exchange) -> Exchange:
    """What may be told of an exchange that cannot be had clean."""
    status = exchange.status
    outcome = Fault(FaultKind.GARBAGE, WITHHELD) if status is None else Response(status, body=WITHHELD.encode())
    return Exchange(Request(exchange.request.method, "/"), outcome, exchange.elapsed_ms)
