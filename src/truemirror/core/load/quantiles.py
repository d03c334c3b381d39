"""The quantiles that bounds are made of; scipy computes them.

Rules: scipy comes with the extra `load` and is imported when the first bound is asked for, not before.
"""

from functools import lru_cache
from statistics import NormalDist
from types import ModuleType

from truemirror.errors import UsageError

_NORMAL = NormalDist()


@lru_cache(maxsize=256)
def t_quantile(share: float, degrees: int) -> float:
    """Below this lies such a share of Student's t with so many degrees of freedom. Raises UsageError without scipy."""
    return float(_special().stdtrit(degrees, share))


def beta_quantile(share: float, first: float, second: float) -> float:
    """Below this lies such a share of the beta distribution. Raises UsageError without scipy."""
    return float(_special().betaincinv(first, second, share))


def normal_quantile(share: float) -> float:
    """Below this lies such a share of the standard normal distribution."""
    return _NORMAL.inv_cdf(share)


def _special() -> ModuleType:
    """Scipy's functions, or how to get them."""
    try:
        from scipy import special
    except ImportError as error:
        raise UsageError(
            "a load run is judged with scipy, which is not installed", fix="pip install 'truemirror[load]'"
        ) from error
    return special  # type: ignore[no-any-return]
