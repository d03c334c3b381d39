"""The wire-level cases, held against our own recorder and replayer, and the judge against subjects that are wrong."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conformance.cases import CASES, FAMILIES
from conformance.judge import Word
from conformance.run import run
from conformance.subjects import SUBJECTS, Running, Truemirror
from conformance.subjects.running import listens
from conformance.table import cell, read, rewritten

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
OWN = SUBJECTS["truemirror"]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_page_says_what_our_own_run_gives(family: str) -> None:
    """`python -m conformance truemirror --write` writes it anew."""
    told = read(PAGE.read_text(encoding="utf-8"))["truemirror"]
    cases = [one for one in FAMILIES[family] if not one.deep]
    seen = {name: cell(verdict) for name, verdict in run(OWN, cases).items()}
    assert seen == {one.name: told[one.name] for one in cases}


@pytest.mark.nightly
def test_a_gibibyte_passes_in_flat_memory() -> None:
    """What is too large for a mirror passes unchanged while recording, and is told as a miss on replay."""
    (verdict,) = run(OWN, [CASES["large-1-gib"]]).values()
    assert (verdict.word, verdict.detail) == (Word.REFUSED, "replay: answers 501 of its own")


def test_names_of_cases_are_their_paths() -> None:
    """A case is found by the first part of its path, so no two share a name."""
    assert len(CASES) == sum(map(len, FAMILIES.values()))


# the judge can say no


_LIAR = """
import socket, sys
port, answers = int(sys.argv[1]), sys.argv[2:]
server = socket.create_server(("127.0.0.1", port))
while True:
    connection, _ = server.accept()
    if connection.recv(65536):
        connection.sendall(answers[0].encode("latin-1").decode("unicode_escape").encode("latin-1"))
    connection.close()
"""


class Liar(Truemirror):
    """Records truly, and answers always the same on replay."""

    def __init__(self, answer: str) -> None:
        """With escapes as in a string of Python."""
        self._answer = answer

    def replay(self, folder: Path, host: str) -> Running:
        """Not what was recorded."""
        with socket.create_server((host, 0)) as probe:
            port: int = probe.getsockname()[1]
        running = Running([sys.executable, "-c", _LIAR, str(port), self._answer], folder, port)
        running.wait_for(lambda: listens(host, port))
        return running


@pytest.mark.parametrize(
    ("case", "answer", "detail"),
    [
        ("fields-repeated", "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok", "no x-list"),
        ("line-ends", "HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\na\\nb", "another body, 3 bytes for 9"),
        ("reset", "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n", "1 answer(s) for 0, then open"),
        ("location-other", "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n", "status 200 for 301"),
        ("sse", "HTTP/1.1 200 OK\\r\\nContent-Type: text/event-stream\\r\\n\\r\\n:", "another body, 1 bytes for 75"),
        ("two-lengths", "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n", "taken, with 200"),
    ],
)
def test_a_replay_that_is_wrong_is_seen(case: str, answer: str, detail: str) -> None:
    """Every kind of wrong: fields, bodies, events at the socket, statuses, streams, requests that had to be refused."""
    (verdict,) = run(Liar(answer), [CASES[case]]).values()
    assert (verdict.word, verdict.good, verdict.detail) == (Word.DIFFERS, False, f"replay: {detail}")


def test_a_subject_that_is_not_there_is_not_run() -> None:
    """And says what it needs."""

    class Nobody(Truemirror):
        """Not installed."""

        def missing(self) -> str:
            """What it needs."""
            return "install it"

    (verdict,) = run(Nobody(), [CASES["gzip"]]).values()
    assert (verdict.word, verdict.good, verdict.detail) == (Word.NOT_RUN, False, "install it")


def test_a_page_keeps_what_was_not_run_again() -> None:
    """A run of one subject leaves the columns of all others as they are."""
    page = PAGE.read_text(encoding="utf-8")
    known = read(page)
    again = read(rewritten(page, {"truemirror": {"gzip": "**differs**: for once"}, "another": {"gzip": "kept"}}))
    assert again.pop("another")["gzip"] == "kept"
    assert again["truemirror"].pop("gzip") == "**differs**: for once"
    known["truemirror"].pop("gzip")
    assert again == known


def test_the_command_names_what_there_is() -> None:
    """A case that does not exist ends with 2 and the names of those that do."""
    told = subprocess.run(
        [sys.executable, "-m", "conformance", "truemirror", "--case", "ssse"],
        capture_output=True, text=True, cwd=PAGE.parents[1], check=False,
    )  # fmt: skip
    assert told.returncode == 2
    assert "there is no case ssse" in told.stderr
    assert "sse," in told.stderr
