"""`truemirror diff`: files, batches, exit codes, and input that is broken or hostile."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from truemirror.cli.main import run

_OLD = {"type": "object", "properties": {"id": {"type": "string"}, "email": {"type": "string"}}, "required": ["id"]}
_TIGHT = {**_OLD, "required": ["id", "email"]}


def _files(folder: Path, old: Any, new: Any) -> list[str]:
    """Two schemas as files."""
    names = []
    for name, schema in (("old.json", old), ("new.json", new)):
        (folder / name).write_text(schema if isinstance(schema, str) else json.dumps(schema))
        names.append(str(folder / name))
    return names


def _batch(folder: Path, *lines: Any) -> Path:
    """A file of pairs; texts are taken as they are."""
    path = folder / "pairs.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


def _answers(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines that were answered."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_break_is_shown_by_a_value_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The witness is of the old schema and not of the new one, as the stock validator sees it."""
    assert run(["diff", *_files(tmp_path, _OLD, _TIGHT), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    (found,) = told["findings"]
    assert (told["verdict"], found["rule"], found["level"]) == ("breaking", "attribute-now-required", "break")
    assert (found["location"], found["direction"]) == ("$.email", "backward")
    assert jsonschema.Draft202012Validator(_OLD).is_valid(found["witness"])
    assert not jsonschema.Draft202012Validator(_TIGHT).is_valid(found["witness"])


def test_the_fingerprint_outlives_another_witness(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same change beside another attribute has another witness and the same fingerprint."""
    prints = []
    for required in ([], ["id"]):
        old, new = ({**_OLD, "required": [*required, *more]} for more in ([], ["email"]))
        run(["diff", *_files(tmp_path, old, new), "--json"])
        prints.append(json.loads(capsys.readouterr().out)["findings"][0])
    assert prints[0]["witness"] != prints[1]["witness"]
    assert prints[0]["fingerprint"] == prints[1]["fingerprint"]


@pytest.mark.parametrize(("mode", "code"), [("backward", 1), ("forward", 0), ("full", 1)])
def test_the_mode_says_which_way_is_asked(tmp_path: Path, mode: str, code: int) -> None:
    """Forward of a tightened schema is safe; both ways it is not."""
    assert run(["diff", *_files(tmp_path, _OLD, _TIGHT), "--mode", mode]) == code


def test_people_read_the_verdict_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Then the rule with its place, and what to do next."""
    run(["diff", *_files(tmp_path, _OLD, _TIGHT)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("breaking: ")
    assert "attribute-now-required" in lines[1]
    assert lines[-1].startswith("next: ")


def test_what_a_solver_cannot_decide_is_unknown_and_ends_with_three(tmp_path: Path) -> None:
    """A backward reference in a pattern is no regular language."""
    old = {"type": "string", "pattern": "^(a+)b\\1$"}
    new = {"type": "string", "pattern": "^(a+)b\\1$", "minLength": 2}
    assert run(["diff", *_files(tmp_path, old, new)]) in (0, 3)
    assert run(["diff", *_files(tmp_path, old, {"pattern": "^(aa*)b\\1$"})]) == 3


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        '{"type": "strin"}',
        '{"$ref": "#/nowhere"}',
        '{"$ref": "https://elsewhere.invalid/a.json"}',
        "[]",
        '{"a": 1, "a": 2}',
    ],
)
def test_a_file_that_is_no_schema_ends_with_four(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    """The error is a sentence, not a traceback."""
    assert run(["diff", *_files(tmp_path, broken, _OLD)]) == 4
    assert "Traceback" not in capsys.readouterr().err


def test_a_schema_and_its_neighbours_are_read_together(tmp_path: Path) -> None:
    """A relative reference leads to the file beside it; YAML is read, too."""
    (tmp_path / "name.yaml").write_text("type: string\nmaxLength: 5\n")
    old, new = {"$ref": "name.yaml"}, {"type": "string", "maxLength": 4}
    files = _files(tmp_path, old, new)
    assert run(["diff", *files]) == 1
    assert run(["diff", *files, "--mode", "forward"]) == 0


def test_one_side_missing_is_wrong_usage(tmp_path: Path) -> None:
    """Two versions are needed, and no pairs beside them."""
    files = _files(tmp_path, _OLD, _TIGHT)
    assert run(["diff", files[0]]) == 2
    assert run(["diff", *files, "--batch", "pairs.jsonl"]) == 2
    assert run(["diff", "--batch", str(tmp_path / "none.jsonl")]) == 2


def test_a_batch_answers_every_line_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a line holds, it is answered and the run ends well."""
    path = _batch(
        tmp_path,
        {"id": 1, "old": _OLD, "new": _TIGHT},
        {"id": "two", "old": _OLD, "new": _TIGHT, "mode": "forward"},
        {"id": 3, "old": json.dumps(_OLD), "new": True, "mode": None},
        "not json",
        {"id": 5, "old": {"type": "strin"}, "new": True},
        {"id": 6, "old": True},
        {"id": 7, "old": True, "new": True, "mode": "sideways"},
        {"id": 8, "old": 7, "new": True},
        "[" * 100_000,
        {"id": 10, "old": False, "new": False, "mode": "full"},
    )
    assert run(["diff", "--batch", str(path)]) == 0
    answers = _answers(capsys)
    assert [one["id"] for one in answers] == [1, "two", 3, None, 5, 6, 7, 8, None, 10]
    assert [one["verdict"] for one in answers[:3]] == ["breaking", "compatible", "compatible"]
    assert all(one["verdict"] == "unknown" and one["error"] for one in answers[3:9])
    assert answers[3]["line"] == 4
    assert answers[9]["verdict"] == "compatible"


def test_a_batch_comes_from_a_pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With `-` the pairs are read from standard input."""
    pair = json.dumps({"id": 1, "old": _OLD, "new": _OLD}).encode() + b"\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pair)))
    assert run(["diff", "--batch", "-"]) == 0
    assert _answers(capsys) == [{"id": 1, "verdict": "compatible", "findings": []}]


def _nested(levels: int) -> Any:
    """A schema inside a schema, and so on."""
    made: Any = {"type": "string"}
    for _ in range(levels):
        made = {"properties": {"a": made}}
    return made


def _wide(count: int, word: str) -> Any:
    """Alternatives that all overlap."""
    return {"oneOf": [{"required": [f"{word}{number}"]} for number in range(count)]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_nested(180), _nested(181)),
        (_wide(40, "a"), _wide(40, "b")),
        ({"pattern": "^(a+)+$"}, {"pattern": "^(a|aa)+b?$"}),
        ({"pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}, {"maxLength": 100}),
        ({"pattern": "\\p{Lu}\\cA"}, {"pattern": "\\p{L}"}),
        ({"minItems": 10**12}, {"minItems": 10**12 + 1}),
        ({"minLength": 10**9}, {"minLength": 10**9 + 1}),
        ({"multipleOf": 1e-300}, {"multipleOf": 3e-300}),
        ({"$ref": "#"}, {"$ref": "#"}),
        ({"allOf": [{"$ref": "#/$defs/a"}] * 30, "$defs": {"a": {"anyOf": [{"$ref": "#"}] * 30}}}, True),
    ],
    ids=["deep", "wide", "catastrophic", "catastrophic too", "ECMA", "items", "text", "step", "endless", "exploding"],
)
def test_a_hostile_pair_is_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str], old: Any, new: Any) -> None:
    """Deep, wide, catastrophic or endless: an answer, and the next pair's, too."""
    pair = {"id": 1, "old": old, "new": new, "mode": "full"}
    path = _batch(tmp_path, pair, {"id": 2, "old": _OLD, "new": _OLD})
    assert run(["diff", "--batch", str(path), "--steps", "50000"]) == 0
    answers = _answers(capsys)
    assert [one["id"] for one in answers] == [1, 2]
    assert answers[0]["verdict"] in ("compatible", "breaking", "unknown")
    assert "defect" not in answers[0].get("error", "")


def test_a_witness_is_said_once_even_where_it_is_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence holds it; a line of its own that says null would read as none."""
    run(["diff", *_files(tmp_path, {"type": ["string", "null"]}, {"type": "string"})])
    told = capsys.readouterr().out
    assert "the new schema refuses null, which the old one accepts" in told
    assert told.count("null,") == 1
    assert "      witness" not in told


def test_a_witness_too_long_for_a_sentence_has_its_own_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is there in full."""
    run(["diff", *_files(tmp_path, {"type": "string", "minLength": 300}, {"type": "string", "minLength": 400})])
    assert f'witness "{"a" * 300}"' in capsys.readouterr().out


def test_what_does_not_exist_names_what_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen ends with wrong usage and the nearest file."""
    files = _files(tmp_path, _OLD, _TIGHT)
    assert run(["diff", str(tmp_path / "odl.json"), files[1]]) == 2
    assert "old.json" in capsys.readouterr().err


def test_a_reference_to_elsewhere_is_not_fetched_and_named_as_people_write_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error says in which file it stands."""
    files = _files(tmp_path, {"$ref": "name.yaml"}, _OLD)
    (tmp_path / "name.yaml").write_text("$ref: https://elsewhere.invalid/name.json\n")
    assert run(["diff", *files]) == 4
    told = capsys.readouterr().err
    assert "name.yaml#" in told
    assert "contract.invalid" not in told
