"""A browser's preflight is between browser and server: no contract is learned from it."""

from tests.core.contract.deals_contract import deal, exchange

from truemirror.core.contract.infer.gather import gather
from truemirror.core.wire.headers import Headers

ASKS = Headers((("Origin", "http://web.example"), ("Access-Control-Request-Method", "GET")))


def test_preflights_become_no_operations() -> None:
    """A question that a program asks with OPTIONS does."""
    seen = [
        exchange("OPTIONS", "/v1/deals/d1", 204, headers=ASKS),
        exchange("GET", "/v1/deals/d1", 200, deal(id="d1")),
    ]
    assert [one.method for one in gather(seen).operations] == ["GET"]
    seen.append(exchange("OPTIONS", "/v1/deals/d1", 204))
    assert sorted(one.method for one in gather(seen).operations) == ["GET", "OPTIONS"]
