"""What a mirror looks like on the disk, and what recording again changes there."""

import hashlib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.model import Ignore, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.wire.exchange import Coding, Exchange, Fault, FaultKind, Framing, Request, Response
from truemirror.core.wire.headers import Headers
from truemirror.testing.strategies import exchanges

GOLDEN = Path(__file__).with_name("format_1")


def got(target: str, body: bytes = b"", elapsed_ms: float = 1.0) -> Exchange:
    """A GET and what it gave."""
    headers = Headers.of([("Content-Type", "application/json"), ("Date", f"at {elapsed_ms}")])
    return Exchange(Request("GET", target), Response(200, "OK", headers, body), elapsed_ms)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stamps(folder: Path) -> dict[str, int]:
    """When every file below a folder was changed last, by its path."""
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def record(root: Path, *told: tuple[str, Exchange], today: str = "2026-01-31") -> None:
    """Record exchanges into the mirror of tags."""
    with MirrorFiles(root, today=lambda: today).journal("tags") as journal:
        for scenario, exchange in told:
            journal.append(scenario, exchange)


@given(st.lists(exchanges, max_size=5), st.lists(exchanges, max_size=3))
@settings(max_examples=25)
def test_a_mirror_comes_back_and_saving_it_again_touches_nothing(
    tmp_path_factory: object, ada: list[Exchange], default: list[Exchange]
) -> None:
    """save, load, save: the same exchanges, and not one file written twice."""
    root = tmp_path_factory.mktemp("mirrors")  # type: ignore[attr-defined]
    mirror = Mirror("tags", "1", (Scenario("ada", tuple(ada)), Scenario("default", tuple(default), "2026-01-31")))
    store = MirrorFiles(root)
    store.save(mirror)
    before = stamps(root)
    assert store.load("tags") == mirror
    store.save(store.load("tags"))
    assert stamps(root) == before


def test_the_folder_is_laid_out_as_people_expect(tmp_path: Path) -> None:
    """A main file, a folder for each scenario, parts in order, large bodies by their hash, nothing else."""
    large = b"x" * 70_000
    record(tmp_path, ("ada", got("/a", large)), ("", got("/b")))
    name = hashlib.sha256(large).hexdigest()
    assert sorted(contents(tmp_path)) == [
        "tags/0/ada/0001.json",
        "tags/0/ada/scenario.json",
        "tags/0/bodies/.gitattributes",
        f"tags/0/bodies/{name}",
        "tags/0/default/0001.json",
        "tags/0/default/scenario.json",
        "tags/0/mirror.json",
    ]
    assert contents(tmp_path)[f"tags/0/bodies/{name}"] == large


def test_recording_the_same_behaviour_again_changes_no_line(tmp_path: Path) -> None:
    """Other times and dates of the same answers leave every file untouched on the same day."""
    record(tmp_path, ("ada", got("/a")), ("ada", got("/b", b"{}")), ("", got("/c")))
    before = stamps(tmp_path)
    record(
        tmp_path, ("ada", got("/a", elapsed_ms=7.0)), ("ada", got("/b", b"{}", 8.0)), ("", got("/c", elapsed_ms=9.0))
    )
    assert stamps(tmp_path) == before


def test_recording_the_same_behaviour_on_another_day_changes_the_day_only(tmp_path: Path) -> None:
    """One line in one file says that the recording is fresh."""
    record(tmp_path, ("ada", got("/a")), ("bob", got("/b")))
    before = contents(tmp_path)
    record(tmp_path, ("ada", got("/a", elapsed_ms=7.0)), today="2026-02-01")
    after = contents(tmp_path)
    assert {path for path in after if after[path] != before[path]} == {"tags/0/ada/scenario.json"}
    assert b"2026-02-01" in after["tags/0/ada/scenario.json"]


def test_recording_one_scenario_touches_only_its_folder(tmp_path: Path) -> None:
    """Reviewers see what was recorded and nothing else."""
    record(tmp_path, ("ada", got("/a")), ("bob", got("/b")), ("", got("/c")))
    before = stamps(tmp_path)
    record(tmp_path, ("bob", got("/b", b"other")))
    changed = {path for path, stamp in stamps(tmp_path).items() if before[path] != stamp}
    assert changed == {"tags/0/bob/0001.json"}


def test_a_shorter_recording_leaves_no_old_parts(tmp_path: Path) -> None:
    """What is no longer said is gone from the disk."""
    record(tmp_path, *(("ada", got(f"/{n}", b"x" * 60_000)) for n in range(40)))
    assert (tmp_path / "tags/0/ada/0003.json").exists()
    record(tmp_path, ("ada", got("/1", b"x")))
    assert sorted(path.name for path in (tmp_path / "tags/0/ada").iterdir()) == ["0001.json", "scenario.json"]


def test_large_bodies_that_nobody_names_are_removed(tmp_path: Path) -> None:
    """The folder of bodies does not grow for ever, and goes with its last one."""
    record(tmp_path, ("ada", got("/a", b"a" * 70_000)), ("bob", got("/b", b"b" * 70_000)))
    record(tmp_path, ("ada", got("/a", b"c" * 70_000)))
    kept = {path.name for path in (tmp_path / "tags/0/bodies").iterdir()} - {".gitattributes"}
    assert kept == {hashlib.sha256(letter * 70_000).hexdigest() for letter in (b"b", b"c")}
    record(tmp_path, ("ada", got("/a")), ("bob", got("/b")))
    assert not (tmp_path / "tags/0/bodies").exists()


def test_a_large_body_that_was_damaged_is_written_again(tmp_path: Path) -> None:
    """Saving what is in memory repairs the file."""
    record(tmp_path, ("ada", got("/a", b"a" * 70_000)))
    mirror = MirrorFiles(tmp_path).load("tags")
    (body,) = (path for path in (tmp_path / "tags/0/bodies").iterdir() if len(path.name) == 64)
    body.write_bytes(b"short")
    MirrorFiles(tmp_path).save(mirror)
    assert MirrorFiles(tmp_path).load("tags") == mirror


def test_bodies_of_faults_are_kept_too(tmp_path: Path) -> None:
    """A large torn answer and large garbage have files that nobody removes."""
    torn = Exchange(Request("GET", "/"), Fault(FaultKind.TRUNCATED, partial=Response(200, body=b"t" * 70_000)))
    garbage = Exchange(Request("POST", "/", body=b"q" * 70_000), Fault(FaultKind.GARBAGE, received=b"g" * 70_000))
    record(tmp_path, ("ada", torn), ("ada", garbage))
    mirror = MirrorFiles(tmp_path).load("tags")
    MirrorFiles(tmp_path).save(mirror)
    assert mirror.scenarios[0].exchanges == (torn, garbage)
    assert MirrorFiles(tmp_path).load("tags") == mirror
    assert len(list((tmp_path / "tags/0/bodies").glob("?" * 64))) == 3


def test_what_people_put_beside_the_scenarios_is_left_alone(tmp_path: Path) -> None:
    """A note, a hidden folder, a folder without a recording: neither read nor removed."""
    record(tmp_path, ("ada", got("/a")))
    mirror = MirrorFiles(tmp_path).load("tags")
    for path in ("README.md", ".git/config", "notes/today.txt", "ada/notes.md", "mirror.json.orig"):
        (tmp_path / "tags/0" / path).parent.mkdir(exist_ok=True)
        (tmp_path / "tags/0" / path).write_text("mine")
    assert MirrorFiles(tmp_path).load("tags") == mirror
    MirrorFiles(tmp_path).save(Mirror("tags", "0"))
    assert sorted(contents(tmp_path / "tags/0")) == [
        ".git/config", "README.md", "ada/notes.md", "mirror.json", "mirror.json.orig", "notes/today.txt",
    ]  # fmt: skip


def test_what_is_not_finished_is_kept_out_of_version_control(tmp_path: Path) -> None:
    """While a recording is under way its journal ignores itself."""
    with MirrorFiles(tmp_path).journal("tags") as journal:
        journal.append("", got("/"))
        assert (tmp_path / "tags/0/.journal/.gitignore").read_text() == "*\n"
    assert not (tmp_path / "tags/0/.journal").exists()


FORMAT_1 = Mirror(
    "tags",
    "1.2.0",
    (
        Scenario(
            "ada-logs-in",
            (
                Exchange(
                    Request(
                        "POST",
                        "/v1/tags?x=1",
                        Headers.of([("Accept", "*/*")]),
                        b'{"name": "gr\\u00fcn"}',
                        (Coding("gzip"),),
                    ),
                    Response(
                        201,
                        "Created",
                        Headers.of(
                            [("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
                        ),
                        '{"name":"grün","price":1.5}'.encode(),
                        (Coding("br", 4),),
                        Framing.CHUNKED,
                    ),
                    12.5,
                ),
                Exchange(Request("GET", "/v1/tags/7"), Fault(FaultKind.RESET, "Connection reset by peer"), 3.0),
                Exchange(Request("GET", "/logo"), Response(200, "OK", body=b"\x89PNG\x00")),
                Exchange(Request("GET", "/page"), Response(200, "OK", body=b"<p>\n</p>\n")),
                Exchange(Request("GET", "/large"), Response(200, "OK", body=b"0123456789abcdef" * 4_500)),
            ),
            "2026-01-31",
        ),
    ),
    MirrorRules(
        (Ignore("GET /v1/tags", "query:ts", "a cache buster"),),
        (Noise("GET /v1/tags", "body:/items/*/at", "date-time"),),
        ("POST /v1/search",),
    ),
)


def test_format_1_is_read_for_ever(tmp_path: Path) -> None:
    """The files of a mirror in format 1, as they were written then, give the same mirror."""
    root = tmp_path / "mirrors"
    for path, content in contents(GOLDEN).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    assert MirrorFiles(root).load("tags") == FORMAT_1


def test_format_1_is_written_as_ever(tmp_path: Path) -> None:
    """While format 1 is the newest, the same mirror gives the same files, so an upgrade makes no noise in diffs."""
    MirrorFiles(tmp_path).save(FORMAT_1)
    assert contents(tmp_path) == contents(GOLDEN)


def test_scenarios_that_differ_by_case_have_folders_that_do_not(tmp_path: Path) -> None:
    """A mirror recorded where case counts is the same mirror where it does not; recording again keeps the folders."""
    names = ("Ada", "ada", "ADA")
    for today in ("2026-01-31", "2026-02-01"):
        for name in names:
            record(tmp_path, (name, got(f"/{name}", today.encode())), today=today)
        folders = [path.name for path in (tmp_path / "tags/0").iterdir() if path.is_dir()]
        assert len({folder.casefold() for folder in folders}) == len(folders) == 3
        mirror = MirrorFiles(tmp_path).load("tags")
        assert {one.name: one.exchanges[0].request.target for one in mirror.scenarios} == {n: f"/{n}" for n in names}
    before = stamps(tmp_path)
    MirrorFiles(tmp_path).save(mirror)
    assert stamps(tmp_path) == before
    MirrorFiles(tmp_path).save(Mirror("tags", "0", mirror.scenarios[:1]))
    assert [one.name for one in MirrorFiles(tmp_path).load("tags").scenarios] == ["ADA"]
