"""Walks that many flows begin with: to come in, and to have a deal of one's own.

Rules: what a test changes is its own, so that the order of tests does not matter on a live system either.
"""

import json
from typing import Any

from suites.flows.pages import Call, Deal, Deals, LogIn, NewDeal

from truemirror.core.wire.exchange import Response
from truemirror.testing.flows import Visitor


def come_in(visitor: Visitor, email: str) -> Deals:
    """Log in; the list of deals is there."""
    LogIn(visitor).open().log_in(email)
    return Deals(visitor).wait()


def own_deal(visitor: Visitor, title: str, value: str = "1200.00") -> str:
    """Make a deal; its page is there. Gives back its id."""
    call = NewDeal(visitor).open().create(title, value)
    Deal(visitor).wait()
    return str(told(call)["id"])


def told(call: Call) -> Any:
    """The JSON of a call's answer."""
    outcome = call.exchange.outcome
    assert isinstance(outcome, Response), outcome
    return json.loads(outcome.body)
