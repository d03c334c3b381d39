"""Whose request this is: the session key a request carries.

Rules: the own header wins over W3C baggage, which services pass on from hop to hop; without either it is the default
session. A key is made safe for a folder's name before it names a scenario.
"""

import hashlib
import re
from urllib.parse import unquote

from truemirror.core.wire.headers import Headers

SESSION_HEADER = "X-Truemirror-Session"
"""The header that names a session."""
BAGGAGE_KEY = "truemirror.session"
"""The key in W3C baggage that names a session."""
DEFAULT_SESSION = ""
"""The session of requests that name none."""

_UNSAFE = re.compile(r"[^\w.=+@-]+")
_PARAMETERS = re.compile(r"\[(?:[^\]]*[^\w.=+@\]-].*|.*[-.])\]\Z", re.DOTALL)
"""Parameters in brackets that lose something when they become part of a name."""
_LONGEST = 120
_LONGEST_KEY = 2_000


def session_key(headers: Headers) -> str:
    """The session that a request belongs to; the default session when it says nothing."""
    own = headers.get(SESSION_HEADER)
    if own:
        return _bounded(own.strip())
    for value in headers.all("baggage"):
        for member in value.split(","):
            key, equals, text = member.partition("=")
            if equals and key.strip() == BAGGAGE_KEY:
                return _bounded(unquote(text.partition(";")[0].strip()))
    return DEFAULT_SESSION


def _bounded(key: str) -> str:
    """The key itself, or its beginning and a hash of it, since keys are kept for as long as a server runs."""
    if len(key) <= _LONGEST_KEY:
        return key
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{key[: _LONGEST_KEY - len(digest) - 1]}-{digest}"


def scenario_name(session: str) -> str:
    """A folder's name for a session: letters, digits and a few signs, never empty, never hidden, never a path.

    One that would be too long ends in a hash of the whole session, so that long sessions stay apart; so does one whose
    parameters (`test_it[a/b]`) have signs that a name cannot say, lest it be taken for another one (`test_it[a-b]`).
    """
    name = _UNSAFE.sub("-", session).strip("-.")
    if len(name) > _LONGEST or _PARAMETERS.search(session):
        digest = hashlib.blake2b(session.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
        name = f"{name[: _LONGEST - len(digest) - 1].rstrip('-.')}-{digest}".lstrip("-")
    return name or "default"


def scenario_names(session: str) -> tuple[str, ...]:
    """The names under which a session's scenario may have been recorded: today's, then an older one."""
    today = scenario_name(session)
    older = _UNSAFE.sub("-", session).strip("-.")
    return (today,) if older in ("", today) else (today, older)
