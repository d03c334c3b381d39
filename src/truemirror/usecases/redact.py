"""Keep secrets out of everything that is stored or shown, and recognise them again on replay.

Rules: what a request holds is decided by the request alone (and by what the service handed out before), so that a
replaying mirror decides as the recording did. A secret that was first seen in a request is the client's: its stand-in
is made from its hash. One first seen in an answer is the service's: its stand-in is made from the request that got it,
so that two users' tokens have two stand-ins, in whatever order and in how many recordings they log in. Once known, a
secret is replaced wherever it occurs. Nothing leaves here before a last look found it clean.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache

from truemirror.config import RedactionConfig
from truemirror.core.mirror.inner import Change, has_inner, with_inner
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.core.mirror.parts import parts_of
from truemirror.core.mirror.redaction_body import body_text, media_of, searchable
from truemirror.core.mirror.redaction_find import Marks, header_places, mark_request, mark_response
from truemirror.core.mirror.redaction_jwt import IS_JWT
from truemirror.core.mirror.redaction_known import KnownSecrets, undone
from truemirror.core.mirror.redaction_leftovers import leftovers
from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, RedactionPolicy
from truemirror.core.mirror.redaction_recognise import recognised
from truemirror.core.mirror.redaction_rewrite import (
    Between,
    rewrite_headers,
    rewrite_request,
    rewrite_response,
    with_response,
)
from truemirror.core.mirror.redaction_shapes import LEAST_UNIQUE, is_words, looks_like_key
from truemirror.core.mirror.redaction_sieve import Sieve, holds_known
from truemirror.core.mirror.redaction_spots import Box, Place, Spot, Why, ordered, render, secrets_of
from truemirror.core.mirror.redaction_stream import is_stream, stream_places
from truemirror.core.mirror.redaction_text import Look, text_places
from truemirror.core.mirror.standin import ONCE_STAND_IN, is_stand_in, issued_stand_in, stand_in, stand_in_for
from truemirror.core.wire.exchange import Exchange, Fault, Outcome, Request, Response, large_bodies
from truemirror.core.wire.headers import Headers
from truemirror.errors import StoreError
from truemirror.ports import Lock

Table = dict[str, str]
"""Secrets and their stand-ins."""

_SURE = frozenset({Why.NAME, Why.SHAPE})
_ECHOES = frozenset({Why.POSITION, Why.RANDOM, Why.LIKELY})
"""Reasons that do not hold for a value which the request itself carries in an innocent place."""


@dataclass(frozen=True, slots=True)
class RedactedRequest:
    """A request with stand-ins, and the live secrets that were in it."""

    request: Request
    live: tuple[tuple[str, str], ...] = ()
    """Stand-in and live secret, so that an answer to this client can carry its own secret again."""


class Asking:
    """One asking of one request, named when it is first needed; each secret that it got has a place in it."""

    def __init__(self, name: Callable[[], str]) -> None:
        """Begin without a name."""
        self._find = name
        self._name = ""
        self._places = 0

    def name(self) -> str:
        """What it is called; the same for as long as it lives."""
        self._name = self._name or self._find()
        return self._name

    def next_place(self) -> str:
        """The place of the next secret that it got."""
        self._places += 1
        return f"{self.name()}\0{self._places}"


def policy_of(config: RedactionConfig) -> RedactionPolicy:
    """The policy that a configuration asks for."""
    return RedactionPolicy.of(config.names, config.keep)


class Redactor:
    """Replaces secrets by stand-ins, the same secret always by the same, for as long as it lives."""

    def __init__(self, policy: RedactionPolicy = DEFAULT_POLICY, *, lock: Lock | None = None) -> None:
        """Begin without knowing any secret. `lock` keeps learning atomic where the caller has threads."""
        self.policy = policy
        self._known = KnownSecrets()
        self._askings: Counter[str] = Counter()
        self._handed: set[str] = set()
        self._looked: dict[str, int] = {}
        self.left_out: Counter[str] = Counter()
        """By service: exchanges that cleaning took out, for their large bodies held what was known too late."""
        self._lock: Lock = lock or nullcontext()

    def redact(self, exchange: Exchange, scenario: str) -> Exchange:
        """The exchange without secrets, and remember them. Raises StoreError when one would be left."""
        return self._redact(exchange, scenario, "")

    def _redact(self, exchange: Exchange, scenario: str, within: str) -> Exchange:
        """The same; `within` is the asking that a message inside an answer belongs to."""
        request_marks = mark_request(exchange.request, self.policy)
        outcome = exchange.outcome
        response = outcome.partial if isinstance(outcome, Fault) else outcome
        response_marks = mark_response(response, self.policy) if response else Marks()
        with self._lock:
            table = self._table(request_marks)
            asking = Asking(lambda: self._asked(exchange.request, request_marks, table, scenario, within))
            if response_marks:
                self._judge_answer(response_marks, exchange.request, table, asking)
            if has_inner(response):
                asking.name()  # counted while nobody else counts
            for secret, stand in table.items():
                if stand != ONCE_STAND_IN:
                    self._known.add(secret, stand)
        self._looked |= {body.sha256: len(self._known) for body in large_bodies(exchange)}
        request = self._rewritten(exchange.request, request_marks, table, self._known)
        outcome = self._clean_outcome(exchange.outcome, response, response_marks, table)
        inside = outcome.partial if isinstance(outcome, Fault) else outcome
        if inside is not None and has_inner(inside):
            outcome = with_response(outcome, with_inner(inside, self._inner(scenario, asking)))
        if request is exchange.request and outcome is exchange.outcome:
            return exchange
        clean = replace(exchange, request=request, outcome=outcome)
        self._look_again(clean, scenario)
        return clean

    def sieve(self, request: Request, response: Response | None = None) -> Sieve:
        """Look through a body of the request, or of the response, that is too large to be held.

        What this exchange itself brings or hands out is looked for, too, and whatever is known by then.
        """
        marks = [mark_request(request, self.policy), *([mark_response(response, self.policy)] if response else [])]
        own = {secret: stand for one in marks for secret, stand in self._table(one).items()}
        headers = response.headers if response is not None else request.headers
        return Sieve(headers, (self._known, KnownSecrets(own)), self.policy)

    def clean(self, mirror: Mirror, names: Collection[str]) -> Mirror:
        """The mirror, its scenarios of these names without secrets that were known only after they had been written.

        The same object when there are none. Raises StoreError when one would be left.
        """
        scenarios = tuple(
            self._clean_scenario(one, mirror.service) if one.name in names else one for one in mirror.scenarios
        )
        if all(one is other for one, other in zip(scenarios, mirror.scenarios, strict=True)):
            return mirror
        return replace(mirror, scenarios=scenarios)

    def _clean_scenario(self, scenario: Scenario, service: str) -> Scenario:
        """The same of one scenario of a service."""
        if not len(self._known):
            return scenario
        kept = [exchange for exchange in scenario.exchanges if not self._is_late(exchange)]
        late = len(scenario.exchanges) - len(kept)
        self.left_out[service] += late
        exchanges = tuple(self.redact(exchange, scenario.name) for exchange in kept)
        if not late and all(one is other for one, other in zip(exchanges, scenario.exchanges, strict=True)):
            return scenario
        return replace(scenario, exchanges=exchanges)

    def _is_late(self, exchange: Exchange) -> bool:
        """Whether a large body holds a secret that was not known yet when it passed: nothing in it can be replaced."""
        for body in large_bodies(exchange):
            if self._looked.get(body.sha256) != len(self._known) and holds_known(body.pieces(), self._known):
                return True
        return False

    def is_silent(self, headers: Headers) -> bool:
        """Whether no field holds a secret by itself, and none was learned that could be in any place."""
        return not len(self._known) and not header_places(headers, self.policy)

    def redact_request(self, request: Request) -> RedactedRequest:
        """The request without its secrets, as a recording of it would hold it; learns nothing."""
        marks = mark_request(request, self.policy)
        if not marks and not len(self._known):
            return RedactedRequest(request)
        return self._redacted(request, marks, self._table(marks))

    def recognise(self, request: Request, recorded: frozenset[str]) -> RedactedRequest | None:
        """The request with those secrets replaced, too, that nothing tells but the mirror's own stand-ins.

        `recorded` are the stand-ins of the mirror's requests. None when no value of the request belongs to one.
        """
        told = recognised(request, recorded)
        if not told:
            return None
        marks = mark_request(request, self.policy)
        return self._redacted(request, marks, {**told, **self._table(marks)})

    def _table(self, marks: Marks) -> Table:
        """What stands for the secrets at these places, going by the request alone and what is known."""
        return {
            secret: self._known.get(secret) or stand_in_for(secret, why)
            for secret, why in secrets_of(marks.places())
            if not is_stand_in(secret)
        }

    def _redacted(self, request: Request, marks: Marks, table: Table) -> RedactedRequest:
        """The request with stand-ins and the live secrets behind them."""
        if all(self._known.get(secret) for secret in table):
            clean = self._rewritten(request, marks, table, self._known)
        else:
            clean = self._rewritten(request, marks, table, _known_as(tuple(table.items())))
            clean = self._rewritten(clean, Marks(), {}, self._known)
        if clean is request:
            return RedactedRequest(request)
        once = {secret for secret, why in secrets_of(marks.places()) if why is Why.ONCE}
        found = {secret: stand for secret, stand in table.items() if secret not in once}
        if len(self._known):
            for blob in (_head(request.headers, request.target), searchable(request.body, request.headers)):
                found.update((secret, self._known.get(secret) or "") for secret in self._known.found(blob))
        live = {stand: secret for secret, stand in found.items()}
        live.update(_boxes(request, marks, table))
        return RedactedRequest(clean, tuple(sorted(live.items(), key=lambda pair: -len(pair[0]))))

    def _judge_answer(self, marks: Marks, request: Request, table: Table, asking: Asking) -> None:
        """Decide for each value that an answer marks whether it is a secret, and whose."""
        carried: tuple[bytes, ...] | None = None
        for secret, why in secrets_of(marks.places()):
            if secret in table or is_stand_in(secret):
                continue
            known = self._known.get(secret)
            if known is None and why is not Why.ONCE:
                if carried is None:
                    blob = b"\n".join((_head(request.headers, request.target), request.body))
                    carried = tuple(undone(blob))
                is_carried = len(secret) >= LEAST_UNIQUE and any(_bytes(secret) in layer for layer in carried)
                if is_carried and why in _ECHOES:
                    continue
                known = stand_in(secret) if is_carried else self._issue(secret, why, asking)
            table[secret] = known or stand_in_for(secret, why)

    def _issue(self, secret: str, why: Why, asking: Asking) -> str:
        """What stands for a secret that the service handed out.

        A word, or an unnamed run of chance that may be an identifier, could be brought by a client that was never
        given it; so it goes by its hash.
        """
        if why is Why.RANDOM or is_words(secret):
            return stand_in(secret)
        made = issued_stand_in(secret, asking.next_place())
        self._handed.add(made)
        return made

    def _asked(self, request: Request, marks: Marks, table: Table, scenario: str, within: str) -> str:
        """Which asking this is: who asked for what in which scenario, and for the how many-th time."""
        between = self._known.replaced if len(self._known) else None
        said = rewrite_request(request, replace(marks, headers=()), self._lasting(table), between)
        fields = rewrite_headers(request.headers, marks.headers, _stand(table), between)
        identity = parts_of(replace(said, headers=fields)).digest().hex()
        asking = f"{scenario}\0{within}\0{identity}"
        self._askings[asking] += 1
        return f"{asking}\0{self._askings[asking]}"

    def _lasting(self, table: Table) -> Callable[[str, Why], str]:
        """What stands for a secret of a target or a body in what says who asks.

        What a client made anew for this request (a verifier, a state, an assertion) will be another one in the next
        recording, so it says nothing; a password does, and so does what the service handed out.
        """

        def stand(secret: str, why: Why) -> str:
            """One secret."""
            found = table.get(secret, secret)
            if found in self._handed or (why in _SURE and not looks_like_key(secret) and not IS_JWT.match(secret)):
                return found
            return ONCE_STAND_IN

        return stand

    def _inner(self, scenario: str, asking: Asking) -> Change:
        """What becomes of the messages inside an answer."""
        return lambda one: self._redact(one, scenario, asking.name())

    def _with_split(self, marks: Marks, message: Request | Response, table: Table) -> Marks:
        """The marks with those known secrets, too, that a stream says piece by piece; the table gets to know them."""
        if not message.body or not len(self._known) or not is_stream(media_of(message.headers)):
            return marks
        marks = _readable(marks, message)
        assert marks.text is not None
        split = stream_places(marks.text.text, self._known_spots, marks.body)
        table.update({secret: self._known.get(secret) or secret for secret, _ in secrets_of(split)} | table)
        return replace(marks, body=ordered((*split, *marks.body)))

    def _known_spots(self, text: str) -> Iterator[Spot]:
        """Every known secret in a text, as it is."""
        for secret in self._known.within(_bytes(text)):
            start = text.find(secret)
            while start >= 0:
                yield Spot(start, start + len(secret), secret, Why.NAME)
                start = text.find(secret, start + len(secret))

    def _rewritten(self, request: Request, marks: Marks, table: Table, known: KnownSecrets) -> Request:
        """The request with its places filled from the table, and known secrets replaced wherever they occur."""
        marks = self._with_split(marks, request, table)
        clean = rewrite_request(request, marks, _stand(table))
        if _touches(known, clean.headers, clean.target, clean.body):
            clean = rewrite_request(request, _readable(marks, request), _stand(table), known.replaced)
            if _touches(known, clean.headers, clean.target, clean.body):  # inside a stand-in: a token's claim
                clean = rewrite_request(clean, _readable(Marks(), clean), _stand(table), known.replaced)
        return clean

    def _clean_outcome(self, outcome: Outcome, response: Response | None, marks: Marks, table: Table) -> Outcome:
        """The outcome with its places filled from the table, and known secrets replaced wherever they occur."""
        clean = self._clean_response(response, marks, table) if response else None
        return with_response(self._clean_fault(outcome) if isinstance(outcome, Fault) else outcome, clean)

    def _clean_response(self, response: Response, marks: Marks, table: Table) -> Response:
        """The same of a response."""
        known = self._known
        marks = self._with_split(marks, response, table)
        clean = rewrite_response(response, marks, _stand(table))
        if _touches(known, clean.headers, clean.reason, clean.body) or _touches(known, clean.trailers, "", b""):
            clean = rewrite_response(response, _readable(marks, response), _stand(table), known.replaced)
            if _touches(known, clean.headers, clean.reason, clean.body):
                clean = rewrite_response(clean, _readable(Marks(), clean), _stand(table), known.replaced)
        return clean

    def _clean_fault(self, fault: Fault) -> Fault:
        """What a transport said, and what came instead of HTTP."""
        detail = self._clean_text(fault.detail)
        received = self._clean_text(fault.received.decode("utf-8", "surrogateescape"))
        clean = replace(fault, detail=detail, received=received.encode("utf-8", "surrogateescape"))
        return fault if clean == fault else clean

    def _clean_text(self, text: str) -> str:
        """A text that is no message; its secrets are not kept in mind."""
        between: Between = self._known.replaced if len(self._known) else None
        return render(text, text_places(text, Look(self.policy)), stand_in_for, between) if text else text

    def _look_again(self, clean: Exchange, scenario: str) -> None:
        """The last look at what is about to be stored."""
        left = leftovers(clean, self._known, self.policy)
        if left:
            raise StoreError(
                f"{left[0].what} would have been stored, so this exchange was not",
                where=f"scenario {scenario}, {clean.request.method}, {left[0].where}",
                fix="name the header, parameter or attribute that holds it under [tool.truemirror.redaction] names",
            )


def _touches(known: KnownSecrets, headers: Headers, line: str, body: bytes) -> bool:
    """Whether a message has a known secret in it."""
    return known.touches(_head(headers, line)) or known.touches(searchable(body, headers))


def _readable(marks: Marks, message: Request | Response) -> Marks:
    """The marks with the body as text, where it was not read yet."""
    if marks.text is not None or not message.body:
        return marks
    return replace(marks, text=body_text(message.body, media_of(message.headers)))


def _stand(table: Table) -> Callable[[str, Why], str | None]:
    """What a table says of a secret."""
    return lambda secret, _why: table.get(secret)


@lru_cache(maxsize=1_024)
def _known_as(pairs: tuple[tuple[str, str], ...]) -> KnownSecrets:
    """The secrets of one request, ready to be looked for in all of it; clients bring the same again and again."""
    return KnownSecrets(dict(pairs))


def _head(headers: Headers, line: str) -> bytes:
    """The first line and all field values, as bytes."""
    text = "\n".join((line, *(value for _, value in headers.pairs)))
    return text.encode("latin-1") if text.isascii() else _wide(text)


def _wide(text: str) -> bytes:
    """Field values are ISO 8859-1 by the wire's rules; whatever else came in counts as UTF-8."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return _bytes(text)


def _bytes(text: str) -> bytes:
    """Bytes to compare by."""
    return text.encode("utf-8", "surrogatepass")


def _boxes(request: Request, marks: Marks, table: Table) -> Iterator[tuple[str, str]]:
    """Encoded credentials: the encoding of the stand-in, and the one that the client sent."""
    texts: list[tuple[str, tuple[Place, ...]]] = [(request.target, marks.target)]
    texts.extend((value, places) for (_, value), places in zip(request.headers.pairs, marks.headers, strict=False))
    if marks.text is not None:
        texts.append((marks.text.text, marks.body))
    for text, places in texts:
        for place in places:
            if isinstance(place, Box):
                content = render(place.content, place.spots, _stand(table))
                if content != place.content:
                    yield place.encode(content), text[place.start : place.end]
