"""No planted secret is in any byte of what is kept of a flow, whatever part of a trace it came in."""

import base64
import gzip
from dataclasses import replace
from pathlib import Path

import brotli
from tests.flow_traces import failed_trace, picture
from tests.redaction.planted import PLANTS, found_in

from truemirror.bootstrap.flow_pages import keep_index, keep_trace
from truemirror.core.contract.finding import Finding, Level
from truemirror.core.flow.trace import Call, Outcome, Said, Step, Trace, Try
from truemirror.core.wire.exchange import Exchange, Request, Response
from truemirror.core.wire.headers import Headers


def exchange_of(number: int) -> Exchange:
    """The exchange of a plant, as a browser gives it: content codings undone."""
    plant = PLANTS[number]

    def plain(body: bytes, fields: tuple[tuple[str, str], ...]) -> bytes:
        """A body without its coding."""
        coding = dict(fields).get("Content-Encoding")
        return gzip.decompress(body) if coding == "gzip" else brotli.decompress(body) if coding == "br" else body

    request = Request(plant.method, plant.target, Headers(plant.fields), plain(plant.body, plant.fields))
    answer = Response(
        plant.status, plant.reason, Headers(plant.answer_fields), plain(plant.content, plant.answer_fields)
    )
    return Exchange(request, answer, 3.0)


def planted(outcome: Outcome) -> Trace:
    """A trace that says every secret in each of its parts; a page before all calls, so that only they tell."""
    secrets = [plant.secret for plant in PLANTS]
    calls = tuple(
        Call(
            f"http://api.test{plant.target}#access_token={plant.secret}"
            if number % 2
            else f"http://api.test{plant.target}",
            exchange_of(number),
            number * 2.0,
            service="api",
            findings=(Finding("rule", Level.WARN, "api", "GET /", "body", f"got {plant.secret}", actual=plant.secret),),
        )
        for number, plant in enumerate(PLANTS)
    )
    said = tuple(Said("error", f"could not use {one} for it", 1.0, f"http://web.test/?token={one}") for one in secrets)
    steps = tuple(Step(f"fill field Code with {one}", 1.0, 1.0, f"{one} is in the way") for one in secrets)
    misses = tuple(f"GET /x/{one}: no recording" for one in secrets)
    one = Try(1, outcome, f"expected {' '.join(secrets)}", 1.0, steps, calls, said, misses)
    return replace(failed_trace(), tries=(one,))


def files() -> dict[str, bytes]:
    """Snapshots and a log that say every secret."""
    secrets = [plant.secret for plant in PLANTS]
    page = "".join(f'<p>{one}</p><input name="a" value="{one}">' for one in secrets)
    part = f"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\nContent-Location: http://a.test/?token={secrets[0]}\r\n\r\n"
    archive = (
        "MIME-Version: 1.0\r\n"
        f'Subject: {secrets[1]}\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n{part}'
        + base64.encodebytes(page.encode()).decode()
        + "\r\n--b--\r\n"
    )
    log = "\n".join(f"typed {one}" for one in secrets)
    return {
        "dom.html": page.encode(),
        "page.mhtml": archive.encode(),
        "driver.log": log.encode(),
        "0001.png": picture(1),
        "secrets.bin": " ".join(secrets).encode(),
    }


def written(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_corpus_is_in_the_trace() -> None:
    """Otherwise what follows would prove nothing."""
    assert len({found.partition(":")[0] for found in found_in(repr(planted(Outcome.FAILED)).encode())}) > 50


def test_no_secret_is_kept_of_a_failure(tmp_path: Path) -> None:
    """Trace, page, snapshots, archive, log and the page over all."""
    kept = keep_trace(tmp_path, planted(Outcome.FAILED), files())
    keep_index(tmp_path)
    assert kept.page is not None
    names = {path.name for path in kept.folder.rglob("*")}
    assert {"trace.json", "index.html", "dom.txt", "page.mhtml", "driver.log", "0001.png"} <= names
    assert "secrets.bin" not in names
    assert {path: found for path, blob in written(tmp_path).items() if (found := found_in(blob))} == {}


def test_no_secret_is_kept_of_a_test_that_passed(tmp_path: Path) -> None:
    """The outline, too."""
    keep_trace(tmp_path, planted(Outcome.PASSED))
    keep_index(tmp_path)
    assert {path: found for path, blob in written(tmp_path).items() if (found := found_in(blob))} == {}


def test_the_rest_of_the_texts_is_still_there(tmp_path: Path) -> None:
    """Masking takes the secrets and leaves what a person reads."""
    kept = keep_trace(tmp_path, planted(Outcome.FAILED), files())
    assert kept.trace.tries[0].said[3].text.startswith("could not use ")
    assert (kept.folder / "try1/driver.log").read_text().count("typed ") == len(PLANTS)
