"""A mirror's folder: the names of its files and what is in them.

    mirror.json                 {"format", "ignore", "links" where it has some, "noise", "reads", "service", "version"}
    <scenario>/scenario.json    {"format", "name" where the folder's name cannot say it, "recorded"}
    <scenario>/0001.json        {"exchanges": [exchange, ...], "format"}, a new file about every MiB
    bodies/<sha256>             a large body, nothing else

Rules: names that come from a file are checked against patterns before they become a path; any scenario has a folder,
whatever its name, and none that differs from another's by case only. The same mirror always gives the same files, byte
for byte.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, MutableMapping
from difflib import get_close_matches
from typing import Any

import orjson

from truemirror.core.mirror.document import Reading, decode_exchange, encode_exchange, writable
from truemirror.core.mirror.exchange_id import exchange_id
from truemirror.core.mirror.fields import Document, as_object, day, listed, text, under, wrong
from truemirror.core.mirror.formats import upgrade
from truemirror.core.mirror.model import FORMAT, Ignore, Link, Mirror, MirrorRules, Noise, Scenario
from truemirror.core.mirror.noise_kinds import KINDS
from truemirror.core.wire.exchange import Exchange
from truemirror.errors import FormatError

MIRROR_FILE = "mirror.json"
SCENARIO_FILE = "scenario.json"
BODIES = "bodies"
PART_LIMIT = 1024 * 1024
"""A part that has reached this many bytes is full."""

SERVICE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
VERSION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}\Z")
PART_NAME = re.compile(r"[0-9]{4,6}\.json\Z")

_PLAIN_FOLDER = re.compile(r"[\w=+@][\w.=+@-]*\Z")
_HASHED_FOLDER = re.compile(r"=[0-9a-f]{12}\Z")
_UNSAFE = re.compile(r"[^\w+@-]+")
_LONGEST = 200
PARTS = ("body", "cookie", "credentials", "header", "path", "query")
"""What rules can name, before the colon."""
_MIRROR = frozenset({"format", "ignore", "links", "noise", "reads", "service", "version"})
_SCENARIO = frozenset({"format", "name", "recorded"})
_PART = frozenset({"exchanges", "format"})


def is_folder_name(name: str) -> bool:
    """Whether a folder of this name may hold a scenario."""
    return bool(_PLAIN_FOLDER.match(name)) and not name.endswith(".") and name.lower() not in (BODIES, MIRROR_FILE)


def folder_of(scenario: str) -> str:
    """The name of a scenario's folder: its own, or where that will not do, the readable part and a hash."""
    if is_folder_name(scenario) and not _HASHED_FOLDER.search(scenario) and len(scenario.encode()) <= _LONGEST:
        return scenario
    return hashed_folder_of(scenario)


def hashed_folder_of(scenario: str) -> str:
    """The readable part of a scenario's name and a hash of all of it: a folder that no other scenario can have."""
    digest = hashlib.blake2b(scenario.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return f"{_UNSAFE.sub('-', scenario).strip('-')[:40]}={digest}"


def folders_of(scenarios: Iterable[str], there: Iterable[str]) -> dict[str, str]:
    """For each scenario its folder, given the folders that are there already.

    Folders are not told apart by case everywhere, so the later of two that differ by nothing else has a hashed name.
    What has a folder keeps it.
    """
    names = sorted(scenarios)
    known = set(there)
    found: dict[str, str] = {}
    for name in names:
        mine = next((one for one in (folder_of(name), hashed_folder_of(name)) if one in known), None)
        if mine is not None:
            found[name] = mine
    taken = {_without_case(one) for one in known}
    for name in names:
        if name not in found:
            plain = folder_of(name)
            found[name] = hashed_folder_of(name) if _without_case(plain) in taken else plain
            taken.add(_without_case(found[name]))
    return found


def _without_case(folder: str) -> str:
    """A folder's name as file systems see it that know no case and compose letters."""
    return unicodedata.normalize("NFC", folder).casefold()


def part_name(number: int) -> str:
    """The file of a scenario's n-th part, counted from 0."""
    return f"{number + 1:04}.json"


def encode_mirror(mirror: Mirror) -> bytes:
    """The content of mirror.json."""
    rules = mirror.rules
    document: Document = {"format": FORMAT}
    document["ignore"] = [_texts(operation=one.operation, part=one.part, why=one.why) for one in rules.ignores]
    if rules.links:
        document["links"] = [link_document(one) for one in rules.links]
    document["noise"] = [
        _texts(kind=one.kind, of="" if one.of == "answer" else one.of, operation=one.operation, part=one.part)
        for one in rules.noise
    ]
    document["reads"] = [writable(one) for one in rules.reads]
    document["service"] = mirror.service
    document["version"] = mirror.version
    return rendered(document)


def link_document(link: Link) -> Document:
    """A link, as the sentence that it is: from, what, to, where."""
    source = _texts(**{"from": link.operation, "made": link.made, "kind": link.kind, "given": link.given})
    return source | _texts(to=link.to, used=link.used)


def _texts(**fields: str) -> Document:
    """An object of those texts that are not empty."""
    return {name: writable(value) for name, value in fields.items() if value}


def rendered(document: Document) -> bytes:
    """A document as a file's content."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def encode_scenario(
    scenario: Scenario, rules: MirrorRules, bodies: MutableMapping[str, bytes], folder: str | None = None
) -> dict[str, bytes]:
    """The files of a scenario's folder by name; large bodies go into `bodies`.

    `folder` is the folder's name, where it is not the one that the scenario's own name gives.
    """
    about: Document = {"format": FORMAT}
    if (folder or folder_of(scenario.name)) != scenario.name:
        about["name"] = writable(scenario.name)
    about["recorded"] = scenario.recorded
    files = {SCENARIO_FILE: rendered(about)}
    part: list[bytes] = []
    size = 0
    for exchange in scenario.exchanges:
        if size >= PART_LIMIT:
            files[part_name(len(files) - 1)] = _part(part)
            part, size = [], 0
        document = encode_exchange(exchange, exchange_id(exchange, rules), bodies)
        part.append(orjson.dumps(document, option=orjson.OPT_INDENT_2).replace(b"\n", b"\n    "))
        size += len(part[-1])
    if part:
        files[part_name(len(files) - 1)] = _part(part)
    return files


def _part(exchanges: list[bytes]) -> bytes:
    """The content of a part, from exchanges that are indented already."""
    return b'{\n  "exchanges": [\n    %b\n  ],\n  "format": %d\n}\n' % (b",\n    ".join(exchanges), FORMAT)


def decode_mirror(document: object, service: str, version: str) -> MirrorRules:
    """The rules in mirror.json, which must be that of this service and version. Raises FormatError."""
    known = as_object(_upgraded(document, "mirror"), _MIRROR)
    for name, expected in (("service", service), ("version", version)):
        if text(known, name, expected) != expected:
            raise FormatError(
                f"says {known[name]!r}, but lies in the folder of {expected!r}",
                where=name,
                fix=f'write "{name}": "{expected}", or move the folder',
            )
    ignores = tuple(_ignore(one) for one in _rules(known, "ignore", ("operation", "part"), ("why",)))
    noise = tuple(_noise(one) for one in _rules(known, "noise", ("kind", "operation", "part"), ("of",)))
    reads = listed(known, "reads")
    for place, one in enumerate(reads):
        if type(one) is not str:
            raise wrong(f"reads[{place}]", "an operation, as `POST /v1/search`", one)
    links = tuple(_link(one) for one in _rules(known, "links", ("from",), ("given", "kind", "made", "to", "used")))
    return MirrorRules(ignores, noise, tuple(reads), links)


def _rules(document: Document, name: str, needed: tuple[str, ...], optional: tuple[str, ...]) -> list[dict[str, str]]:
    """Objects that hold texts only."""
    rules: list[dict[str, str]] = []
    for place, one in enumerate(listed(document, name)):
        try:
            known = as_object(one, frozenset((*needed, *optional)))
            fields = {key: text(known, key) for key in needed}
            rules.append(fields | {key: text(known, key, "") for key in optional})
        except FormatError as error:
            raise under(f"{name}[{place}]", error) from None
    return rules


def _ignore(fields: dict[str, str]) -> Ignore:
    """One declared part that does not count. Raises FormatError."""
    _known_part("ignore.part", fields["part"])
    return Ignore(**fields)


def _noise(fields: dict[str, str]) -> Noise:
    """One rule about what varies. Raises FormatError."""
    if fields["of"] not in ("", "answer", "request"):
        raise wrong("noise.of", "`answer` or `request`", fields["of"])
    _known_kind("noise.kind", fields["kind"])
    _known_part("noise.part", fields["part"])
    return Noise(fields["operation"], fields["part"], fields["kind"], fields["of"] or "answer")


def _known_part(where: str, part: str) -> None:
    """A part that no message has would let nothing vary, without a word. Raises FormatError."""
    what = part.partition(":")[0]
    if what not in PARTS:
        near = get_close_matches(what[:40], PARTS, n=1, cutoff=0.4)
        nearest = near[0] if near else f"one of {', '.join(PARTS)}"
        raise FormatError(f"{part[:40]!r} is no part of a message", where=where, nearest=nearest)


def _known_kind(where: str, kind: str) -> None:
    """Nothing is of an unknown kind, so a rule with one would do nothing. Raises FormatError."""
    if kind not in KINDS:
        near = get_close_matches(kind[:40], KINDS, n=1, cutoff=0.4)
        nearest = near[0] if near else f"one of {', '.join(KINDS)}"
        raise FormatError(f"{kind[:40]!r} is no kind of value", where=where, nearest=nearest)


def _link(fields: dict[str, str]) -> Link:
    """One link. Raises FormatError when it has no beginning or no end."""
    link = Link(fields.pop("from"), **fields)
    ends = bool(link.given and link.made) + bool(link.to and link.used)
    if not link.part or bool(link.to) != bool(link.used) or ends != 1:
        raise FormatError(
            "a link has `given`, `to` and `used`, or `made` and `given`, or `made`, `to` and `used`",
            where="links",
            fix='as {"from": "POST /v1/deals", "given": "body:/id", "to": "GET /v1/deals/{}", "used": "path:2"}',
        )
    if link.kind:
        _known_kind("links.kind", link.kind)
    for where, part in (("links.given", link.given), ("links.made", link.made), ("links.used", link.used)):
        if part:
            _known_part(where, part)
    return link


def decode_scenario(document: object, folder: str) -> tuple[str, str]:
    """Name and day of recording from scenario.json, which lies in this folder. Raises FormatError."""
    known = as_object(_upgraded(document, "scenario"), _SCENARIO)
    name = text(known, "name", folder)
    if name != folder and folder not in (folder_of(name), hashed_folder_of(name)):
        what = f"the scenario {name!r} does not belong into the folder {folder!r}"
        raise FormatError(what, where="name", fix=f"rename the folder to {folder_of(name)}")
    return name, day(known, "recorded")


def decode_part(document: object, reading: Reading) -> list[Exchange]:
    """The exchanges of a part. Raises FormatError."""
    return list(each_of_part(document, reading))


def each_of_part(document: object, reading: Reading) -> Iterator[Exchange]:
    """The exchanges of a part, each made when it is asked for. Raises FormatError."""
    known = as_object(_upgraded(document, "part"), _PART)
    for place, one in enumerate(listed(known, "exchanges")):
        try:
            exchange = decode_exchange(one, reading)
        except FormatError as error:
            raise under(f"exchanges[{place}]", error) from None
        yield exchange


def _upgraded(document: object, kind: str) -> Any:
    """A document in today's format."""
    return upgrade(document, kind) if isinstance(document, dict) else document
