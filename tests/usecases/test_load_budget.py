"""What passes through all services is kept as calls of a trace, and becomes a tree."""

from dataclasses import replace
from pathlib import Path

from tests.adapters.reports.load_runs_made_up import PROFILE

from truemirror.config import Config, ServiceConfig
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.load_budget import HopStore, spent

TRACE = Headers((("traceparent", f"00-{'a' * 32}-0000000000000001-01"),))
SERVICES = {
    "public-api": ServiceConfig("public-api", consumes=("deals",), mean_ms=46),
    "deals": ServiceConfig("deals", mean_ms=23),
}


def test_calls_behind_a_public_one_are_inside_it() -> None:
    """With what each may spend; who was asked outside of any public call is left out."""
    store = HopStore()
    journals = {name: store.journal(name) for name in ("public-api", "deals")}
    inner = Exchange(Request("GET", "/v1/deals", TRACE), Response(200), 30.0)
    journals["deals"].append("s", inner, 105.0)
    journals["public-api"].append("s", replace(inner, elapsed_ms=40.0), 100.0)
    journals["deals"].append("s", Exchange(Request("GET", "/health"), Response(200), 1.0), 90.0)
    (tree,) = spent(Config(Path(), services=SERVICES), PROFILE, store.hops)
    assert (tree.service, tree.ms, tree.budget_ms, tree.is_over) == ("public-api", 40.0, 46, False)
    assert [(one.service, one.ms, one.is_over) for one in tree.inside] == [("deals", 30.0, True)]
