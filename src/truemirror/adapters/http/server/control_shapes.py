"""The shapes of what the control paths take and give, as JSON Schemas.

Rules: an object is closed, so that what is told and what is described cannot part.
"""

from typing import Any

from truemirror.core.mirror.decision import Mode

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
COUNT: Shape = {"type": "integer", "minimum": 0}
FLAG: Shape = {"type": "boolean"}
SERVICE: Shape = {"type": "string", "maxLength": 100, "description": "One service; all when left out."}
SESSION: Shape = {"type": "string", "maxLength": 2000, "description": "A session's name; the default one has none."}
MODE: Shape = {"enum": [str(mode) for mode in Mode]}


def closed(members: dict[str, Shape], *further: str) -> Shape:
    """An object of these members; those named in `further` may be missing."""
    needed = [name for name in members if name not in further]
    return {"type": "object", "additionalProperties": False, "properties": members, "required": needed}


def items(shape: Shape) -> Shape:
    """An array."""
    return {"type": "array", "items": shape}


ERROR = closed(
    {
        "error": closed(
            {"code": TEXT, "message": TEXT, "where": TEXT, "nearest": TEXT, "fix": TEXT}, "where", "nearest", "fix"
        )
    }
)
"""Every error of the control paths."""
SERVICES = items(TEXT)
VERSION = closed({"truemirror": TEXT, "services": SERVICES})
STATUS = closed(
    {
        "mirrors": items(
            closed(
                {
                    "service": TEXT, "version": TEXT, "mode": MODE, "strict": FLAG, "stale": TEXT, "upstream": FLAG,
                    "recordings": COUNT, "scenarios": COUNT, "sessions": COUNT, "hits": COUNT, "misses": COUNT,
                    "relaxed": COUNT, "ahead": COUNT, "away": COUNT, "forwarded": COUNT, "stored": COUNT,
                    "unused": COUNT, "planned": COUNT,
                }
            )
        )
    }
)  # fmt: skip
SESSIONS = closed(
    {"sessions": items(closed({"service": TEXT, "session": TEXT, "scenario": TEXT, "exchange": COUNT})), "total": COUNT}
)
JOURNAL = closed(
    {
        "journal": items(
            closed(
                {
                    "at": {"type": "number", "description": "Seconds since 1970, UTC."},
                    "service": TEXT,
                    "session": TEXT,
                    "method": TEXT,
                    "target": TEXT,
                    "answer": {"type": "string", "pattern": "^(status [0-9]+|fault [a-z_]+|miss)$"},
                    "scenario": TEXT,
                    "exchange": COUNT,
                    "notes": {"type": "object", "additionalProperties": TEXT},
                    "forwarded": FLAG,
                },
                "scenario", "exchange", "notes", "forwarded",
            )
        )
    }
)  # fmt: skip
MISSES = closed(
    {"misses": items({"type": "object", "required": ["code", "message", "service", "operation", "request"]})}
)
RECORDINGS = closed(
    {
        "recordings": items(
            closed(
                {
                    "service": TEXT, "scenario": TEXT, "exchange": COUNT, "method": TEXT, "target": TEXT,
                    "answer": TEXT, "count": COUNT,
                }
            )
        ),
        "total": COUNT,
    }
)  # fmt: skip
PLAN: Shape = {
    "type": ["string", "object", "array"],
    "description": "A rule as a line (`call 3: reset`), as an object, or a list of both.",
}
PLANS = closed({"plans": items(closed({"service": TEXT, "session": TEXT, "rules": items(TEXT)}))})
DONE = closed({"services": SERVICES})
SWITCHED = closed({"mode": MODE, "services": SERVICES})
