"""The quantiles that bounds are made of."""

import sys

import pytest
from scipy import stats

from truemirror.core.load.quantiles import beta_quantile, normal_quantile, t_quantile
from truemirror.errors import UsageError


def test_quantiles_are_those_of_the_tables() -> None:
    """Printed in every textbook."""
    assert t_quantile(0.995, 19) == pytest.approx(2.8609, abs=1e-4)
    assert normal_quantile(0.99) == pytest.approx(2.3263, abs=1e-4)
    assert beta_quantile(0.3, 2, 5) == pytest.approx(stats.beta.ppf(0.3, 2, 5))


def test_without_scipy_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback about a module."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(UsageError) as raised:
        beta_quantile(0.5, 1, 1)
    assert raised.value.fix == "pip install 'truemirror[load]'"
