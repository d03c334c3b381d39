"""Traces as Hypothesis makes them."""

import json

from hypothesis import strategies as st

from truemirror.core.contract.finding import Finding, Level
from truemirror.core.flow.trace import Call, Outcome, Said, Step, Target, Trace, Try
from truemirror.core.wire.exchange import Exchange, Fault, FaultKind, Request, Response
from truemirror.core.wire.headers import Headers

TEXTS = st.text(max_size=12)
TIMES = st.floats(0, 20_000, allow_nan=False).map(lambda time: round(time, 3))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(-9, 9, allow_nan=False)
    | st.sampled_from(["", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c/d"]), inner, max_size=3),
    max_leaves=6,
)
JSON_BODIES = (st.lists(JSON, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), JSON)).map(
    lambda value: json.dumps(value).encode()
)
BODIES = st.binary(max_size=20) | JSON_BODIES
FINDINGS = st.builds(
    Finding, TEXTS, st.sampled_from(Level), TEXTS, TEXTS, TEXTS, TEXTS, consumers=st.tuples(TEXTS) | st.just(())
)
RESPONSES = st.builds(
    Response,
    st.sampled_from([200, 201, 304, 404, 500]),
    headers=st.sampled_from([Headers(), Headers((("content-type", "application/json"),))]),
    body=BODIES,
)
OUTCOMES = RESPONSES | st.builds(Fault, st.sampled_from(FaultKind), TEXTS)
REQUESTS = st.builds(
    Request,
    st.sampled_from(["GET", "POST", "OPTIONS"]),
    st.sampled_from(["/", "/v1/deals", "/v1/deals/d1"]),
    body=BODIES,
)
CALLS = st.builds(
    Call,
    TEXTS,
    st.builds(Exchange, REQUESTS, OUTCOMES, TIMES),
    TIMES,
    st.sampled_from(["fetch", "script", "document"]),
    st.sampled_from(["", "deals", "tags"]),
    st.sampled_from(["", "GET /v1/deals/{deal_id}"]),
    TEXTS,
    st.tuples(FINDINGS) | st.just(()),
)
STEPS = st.builds(Step, TEXTS, TIMES, TIMES, TEXTS, st.sampled_from(["", "a.png", "../../b.png"]))
LINES = st.builds(Said, st.sampled_from(["error", "info"]), TEXTS, TIMES, TEXTS)
TRIES = st.builds(
    Try,
    st.integers(1, 3),
    st.sampled_from(Outcome),
    TEXTS,
    TIMES,
    st.lists(STEPS, max_size=3).map(tuple),
    st.lists(CALLS, max_size=5).map(tuple),
    st.lists(LINES, max_size=2).map(tuple),
    st.lists(TEXTS, max_size=2).map(tuple),
    st.integers(0, 9),
)
TRACES = st.builds(Trace, TEXTS, st.sampled_from(Target), st.lists(TRIES, max_size=2).map(tuple), TEXTS, TEXTS)
