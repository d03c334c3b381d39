"""The verdict as JSON, for scripts.

Rules: keys are only ever added; a reader may rely on those that are there (`format` counts incompatible changes).
"""

import json
from dataclasses import asdict
from typing import Any

from truemirror.core.gate.evidence import Evidence
from truemirror.core.gate.verdict import Stage


def verdict_document(evidence: Evidence) -> dict[str, Any]:
    """The judgement as plain values."""
    judgement = evidence.judgement
    return {
        "format": 1,
        "verdict": judgement.verdict.value,
        "exit_code": int(judgement.exit_code),
        "facts": dict(judgement.facts),
        "reasons": [asdict(reason) for reason in judgement.reasons],
        "stages": [_stage(stage) for stage in judgement.stages],
        "findings": [{**asdict(finding), "fingerprint": finding.fingerprint} for finding in evidence.findings],
        "suites": [
            {
                "service": result.suite.service,
                "path": result.suite.path,
                "kind": result.suite.kind,
                "state": result.state.value,
                "could_not_run": result.could_not_run,
                "seconds": round(result.seconds, 3),
                "tests": [asdict(test) for test in result.tests],
                "mirrors": {name: asdict(use) for name, use in sorted(result.mirrors.items())},
            }
            for result in evidence.suites
        ],
    }


def _stage(stage: Stage) -> dict[str, Any]:
    """A stage without its reasons, which are told once for all."""
    return {
        "name": stage.name,
        "title": stage.title,
        "state": stage.state.value,
        "required": stage.required,
        "note": stage.note,
        "seconds": round(stage.seconds, 3),
        "checks": [asdict(check) for check in stage.checks],
    }


def verdict_json(evidence: Evidence) -> str:
    """The document as indented JSON."""
    return json.dumps(verdict_document(evidence), indent=2) + "\n"
