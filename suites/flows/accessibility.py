"""Holds a page against the rules of accessibility that a machine can judge, with axe-core.

Rules: axe-core is the file in `axe/`, run in the page, offline; what is serious or critical is a fault.
"""

from functools import cache
from pathlib import Path
from typing import Any

from truemirror.testing.flows import Visitor

FAULTS = frozenset({"serious", "critical"})
"""How grave a violation has to be, in axe-core's words."""
_AXE = Path(__file__).with_name("axe") / "axe.min.js"
_RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.map(({id, impact, help, nodes}) =>
    ({id, impact, help, places: nodes.map(({target, html}) => `${target.join(' ')}: ${html}`)}));
}"""


def faults(visitor: Visitor) -> list[str]:
    """Everything serious or critical on the page, in words: the rule, what to do, and where."""
    if not visitor.run_script("() => 'axe' in window"):
        visitor.run_script(f"() => {{ {_axe()} }}")
    return [_words(one) for one in visitor.run_script(_RUN) if one["impact"] in FAULTS]


@cache
def _axe() -> str:
    """The checker's code."""
    return _AXE.read_text(encoding="utf-8")


def _words(found: dict[str, Any]) -> str:
    """A violation for people."""
    return "\n  ".join((f"{found['id']} ({found['impact']}): {found['help']}", *found["places"][:5]))
