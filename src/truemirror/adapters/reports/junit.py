"""The verdict as JUnit XML, which every CI shows: a suite per stage, a case per service, and one per test.

Rules: a broken check is a failure, an unknown one an error, one that was not run is skipped with its reason; characters
that XML 1.0 cannot carry are replaced.
"""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from truemirror.core.gate.evidence import Evidence
from truemirror.core.gate.suite import SuiteResult
from truemirror.core.gate.verdict import Reason, Stage, State

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAGS = {State.BROKEN: "failure", State.UNKNOWN: "error", State.NOT_RUN: "skipped"}


def junit_xml(evidence: Evidence) -> str:
    """The whole document."""
    root = ET.Element("testsuites", name="truemirror")
    for stage in evidence.judgement.stages:
        root.append(_stage(stage, evidence.judgement.reasons))
    for result in evidence.suites:
        root.append(_suite(result))
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _stage(stage: Stage, reasons: Sequence[Reason]) -> ET.Element:
    """A stage as a suite, each service a case."""
    suite = ET.Element("testsuite", name=stage.title, time=f"{stage.seconds:.3f}")
    for check in stage.checks:
        told = [reason for reason in stage.reasons if reason.service == check.service] or [
            reason for reason in reasons if reason.service == check.service and reason.rule.startswith(stage.name)
        ]
        text = "\n\n".join(_reason_text(reason) for reason in told)
        _case(suite, f"truemirror.{stage.name}", check.service, check.state, check.summary, text)
    if not stage.checks:
        _case(suite, f"truemirror.{stage.name}", stage.title, stage.state, stage.note or "nothing to look at", "")
    return _counted(suite)


def _reason_text(reason: Reason) -> str:
    """A reason in lines."""
    lines = [f"{reason.rule}: {reason.title}", *reason.places]
    named = ((name, getattr(reason, name)) for name in ("expected", "actual", "evidence", "owner", "next_step"))
    lines.extend(f"{name.replace('_', ' ')}: {value}" for name, value in named if value)
    if reason.consumers:
        lines.append(f"consumers: {', '.join(reason.consumers)}")
    return "\n".join(lines)


def _suite(result: SuiteResult) -> ET.Element:
    """A pytest suite, each test a case."""
    name = f"{result.suite.kind} {result.suite.service}"
    suite = ET.Element("testsuite", name=name, time=f"{result.seconds:.3f}")
    for test in result.tests:
        case = _case(
            suite, name.replace(" ", "."), test.name, test.state, test.message.partition("\n")[0], test.message
        )
        case.set("time", f"{test.seconds:.3f}")
    if result.could_not_run:
        _case(suite, name.replace(" ", "."), result.suite.path, State.UNKNOWN, "could not run", result.could_not_run)
    return _counted(suite)


def _case(suite: ET.Element, classname: str, name: str, state: State, message: str, text: str) -> ET.Element:
    """One case, with what is wrong inside it."""
    case = ET.SubElement(suite, "testcase", classname=_clean(classname), name=_clean(name))
    if tag := _TAGS.get(state):
        ET.SubElement(case, tag, message=_clean(message)).text = _clean(text) or None
    return case


def _counted(suite: ET.Element) -> ET.Element:
    """The suite with its counts."""
    for attribute, tag in (("tests", "testcase"), ("failures", ".//failure"), ("errors", ".//error")):
        suite.set(attribute, str(len(suite.findall(tag))))
    suite.set("skipped", str(len(suite.findall(".//skipped"))))
    return suite


def _clean(text: str) -> str:
    """A text without what XML cannot carry."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
