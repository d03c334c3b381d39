"""The report page: one self-contained HTML file, no script needed, nothing loaded from anywhere.

Rules: the template decides nothing; everything is escaped; a strict content security policy stands in the page itself.
"""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from truemirror import __version__
from truemirror.core.contract.finding import Level
from truemirror.core.gate.evidence import Evidence
from truemirror.core.gate.verdict import State, Verdict

HEADLINES = {
    Verdict.ALLOW: "Everything that was promised holds.",
    Verdict.BLOCK: "A promise is broken.",
    Verdict.UNKNOWN: "There is not enough evidence to say.",
}


@cache
def _template() -> Template:
    """The compiled template."""
    environment = Environment(
        loader=PackageLoader("truemirror.adapters.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["slug"] = lambda text: str(text).replace(" ", "-")
    return environment.get_template("report.html")


def report_page(evidence: Evidence) -> str:
    """The whole page."""
    judgement = evidence.judgement
    cells = {
        (check.service, stage.name): [one for one in stage.checks if one.service == check.service]
        for stage in judgement.stages
        for check in stage.checks
    }
    return _template().render(
        judgement=judgement,
        headline=HEADLINES[judgement.verdict],
        stages=judgement.stages,
        columns=[stage for stage in judgement.stages if any(check.service for check in stage.checks)],
        services=judgement.services,
        cells=cells,
        notices=[finding for finding in evidence.findings if finding.level is not Level.BREAK],
        suites=evidence.suites,
        tests=sum(len(result.tests) for result in evidence.suites),
        State=State,
        version=__version__,
    )
