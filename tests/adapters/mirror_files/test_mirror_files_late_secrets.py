"""Secrets that a killed recorder had written down before it knew that they were secrets."""

import base64
from pathlib import Path

import pytest

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.usecases.redact import Redactor

SECRET = "engine-1843-x"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3OCJ9.c2lnbmF0dXJlLW9mLTQz"
JSON = Headers.of([("Content-Type", "application/json")])
BASIC = base64.b64encode(f"ada:{SECRET}".encode()).decode()
EARLY = {
    "path": Exchange(Request("GET", f"/by/{SECRET}"), Response(404)),
    "query": Exchange(Request("GET", f"/by?q={SECRET}&x=1"), Response(404)),
    "answer": Exchange(Request("GET", "/a"), Response(200, "OK", JSON, f'{{"id": "{SECRET}"}}'.encode())),
    "field": Exchange(Request("GET", "/a", Headers.of([("X-Id", SECRET)])), Response(200)),
    "base64": Exchange(Request("POST", "/a", JSON, f'{{"id": "{BASIC}"}}'.encode()), Response(200)),
}
LATE = {
    "header": Request("GET", "/me", Headers.of([("X-Api-Key", SECRET)])),
    "bearer": Request("GET", "/me", Headers.of([("Authorization", f"Bearer {SECRET}")])),
    "basic": Request("GET", "/me", Headers.of([("Authorization", f"Basic {BASIC}")])),
    "cookie": Request("GET", "/me", Headers.of([("Cookie", f"sid={SECRET}")])),
    "body": Request("POST", "/me", JSON, f'{{"password": "{SECRET}"}}'.encode()),
}


def record_and_die(root: Path, *told: tuple[str, Exchange]) -> None:
    """Record as a recorder does that is killed: all is on tape, nothing was closed."""
    journal = MirrorFiles(root).journal("tags")
    redactor = Redactor()
    for scenario, exchange in told:
        journal.append(scenario, redactor.redact(exchange, scenario))
    journal._writer.close()
    journal._lock.forget()


def everything(root: Path) -> bytes:
    """All bytes of all files."""
    return b"\n".join(path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file())


@pytest.mark.parametrize("late", LATE)
@pytest.mark.parametrize("early", EARLY)
def test_an_early_innocent_copy_is_replaced_by_the_next_start(tmp_path: Path, early: str, late: str) -> None:
    """Wherever it stood, and however the secret showed itself later, in another scenario even."""
    told = EARLY[early]
    record_and_die(tmp_path, ("", told), ("one", told), ("two", Exchange(LATE[late], Response(200))))
    hidden = BASIC if early == "base64" else SECRET
    assert hidden.encode() in everything(tmp_path)
    mirror = MirrorFiles(tmp_path).load("tags")
    assert len(mirror) == 3
    assert hidden not in repr(mirror)
    assert hidden.encode() not in everything(tmp_path)


def test_a_token_is_replaced_too(tmp_path: Path) -> None:
    """Its stand-in is a token."""
    brought = Request("GET", "/me", Headers.of([("Authorization", f"Bearer {JWT}")]))
    record_and_die(tmp_path, ("", Exchange(brought, Response(200))))
    assert JWT.encode() not in everything(tmp_path)


def test_what_was_folded_before_the_kill_is_cleaned_as_well(tmp_path: Path) -> None:
    """And is not there twice, once with the secret and once without."""
    journal = MirrorFiles(tmp_path).journal("tags")
    redactor = Redactor()
    journal.append("", redactor.redact(EARLY["path"], ""))
    journal.fold()
    journal.append("", redactor.redact(Exchange(LATE["header"], Response(200)), ""))
    journal._writer.close()
    journal._lock.forget()
    mirror = MirrorFiles(tmp_path).load("tags")
    assert len(mirror) == 2
    assert SECRET.encode() not in everything(tmp_path)


def test_what_is_no_secret_stays(tmp_path: Path) -> None:
    """Nothing else changes."""
    other = Exchange(Request("GET", "/by/engine-1843-y"), Response(404))
    record_and_die(tmp_path, ("", other), ("", Exchange(LATE["header"], Response(200))))
    default = MirrorFiles(tmp_path).load("tags").scenario("default")
    assert default is not None
    assert default.exchanges[0] == other


def test_a_recording_that_ends_well_never_writes_the_secret_into_a_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is folded in the end is clean in the same change, so that no kill finds it half done."""
    import os

    from truemirror.adapters.mirror_files import journal as files
    from truemirror.usecases.cleaning import CleaningStore

    seen: list[str] = []
    write = files.write_scenarios
    monkeypatch.setattr(
        files,
        "write_scenarios",
        lambda folder, mirror, names: (seen.append(repr(mirror)), write(folder, mirror, names)),
    )
    redactor = Redactor()
    with CleaningStore(MirrorFiles(tmp_path), redactor, os.getpid).journal("tags") as journal:
        for exchange in (EARLY["path"], Exchange(LATE["header"], Response(200))):
            journal.append("", redactor.redact(exchange, ""))
    assert len(seen) == 1
    assert SECRET not in seen[0]
    assert SECRET.encode() not in everything(tmp_path)
