"""Content codings come off where they can and leave everything else alone."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from truemirror.core.wire.coding import coding_names, decode, encode
from truemirror.core.wire.exchange import Coding

TEXT = b'{"items": [{"id": "d42", "name": "Acme"}, {"id": "d43", "name": null}]}' * 12


def raw_deflate(content: bytes, level: int = 6) -> bytes:
    """Deflate without the zlib wrapper, as some servers send it."""
    encoder = zlib.compressobj(level, zlib.DEFLATED, -15)
    return encoder.compress(content) + encoder.flush()


SENDERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}

contents = st.one_of(st.binary(max_size=2000), st.text(max_size=300).map(lambda text: text.encode() * 7))
codings = st.lists(
    st.builds(Coding, st.sampled_from(["gzip", "deflate", "br", "zstd"]), st.one_of(st.none(), st.integers(1, 9))),
    min_size=1,
    max_size=3,
).map(tuple)


@given(contents.filter(bool), codings)
def test_what_was_put_on_comes_off(content: bytes, stack: tuple[Coding, ...]) -> None:
    """Decoding what encode made gives the content back, and the same names in the same order."""
    raw = encode(content, stack)
    found, taken = decode(raw, ", ".join(coding.name for coding in stack))
    assert found == content
    assert [coding.name for coding in taken] == [coding.name for coding in stack]


@given(contents.filter(bool), st.sampled_from(["gzip", "deflate", "br", "zstd"]), st.integers(1, 9))
def test_the_recorded_length_comes_back(content: bytes, name: str, level: int) -> None:
    """Where a level was found, encoding again gives a body of the recorded length."""
    raw = encode(content, (Coding(name, level),))
    _, (taken,) = decode(raw, name)
    if taken.level is not None:
        assert len(encode(content, (taken,))) == len(raw)


@pytest.mark.parametrize(
    ("name", "level"), [("gzip", 1), ("gzip", 6), ("gzip", 9), ("deflate", 6), ("br", 4), ("zstd", 3)]
)
def test_usual_levels_are_found(name: str, level: int) -> None:
    """The levels that servers use by default give the recorded length again."""
    raw = encode(TEXT, (Coding(name, level),))
    _, (taken,) = decode(raw, name)
    assert taken.level is not None
    assert len(encode(TEXT, (taken,))) == len(raw)


@given(st.binary(max_size=500), st.text(max_size=30))
def test_nothing_is_refused(raw: bytes, header: str) -> None:
    """Any bytes under any header are decoded wholly or left alone."""
    content, taken = decode(raw, header)
    assert taken or content == raw


@pytest.mark.parametrize("name", SENDERS)
def test_what_real_encoders_write_is_read(name: str) -> None:
    """Each coding's own library is understood."""
    content, taken = decode(SENDERS[name](TEXT), name)
    assert content == TEXT
    assert [coding.name for coding in taken] == [name.removeprefix("x-")]


@pytest.mark.parametrize("name", SENDERS)
def test_a_truncated_body_is_left_alone(name: str) -> None:
    """A body cut anywhere stays as it came."""
    raw = SENDERS[name](TEXT)
    for end in range(1, len(raw)):
        assert decode(raw[:end], name) == (raw[:end], ())


@pytest.mark.parametrize("name", SENDERS)
def test_a_lying_header_changes_nothing(name: str) -> None:
    """A plain body under a coding's name stays as it came."""
    assert decode(TEXT, name) == (TEXT, ())


@pytest.mark.parametrize("name", SENDERS)
def test_bytes_behind_the_end_are_not_lost(name: str) -> None:
    """A body that goes on behind its compressed stream stays as it came."""
    raw = SENDERS[name](TEXT) + b"tail"
    assert decode(raw, name) == (raw, ())


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_bombs_do_not_unfold(name: str) -> None:
    """A small body that would unfold beyond the limit stays small."""
    raw = encode(bytes(4_000_000), (Coding(name, 6),))
    assert decode(raw, name, limit=1_000_000) == (raw, ())
    content, _ = decode(raw, name, limit=4_000_000)
    assert len(content) == 4_000_000


def test_many_members_are_bounded() -> None:
    """A gzip file of endless empty members is left alone."""
    raw = gzip.compress(b"") * 5_000
    assert decode(raw, "gzip") == (raw, ())


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_several_members_are_one_content(name: str) -> None:
    """Members of a gzip file, and frames of a zstd body, follow one another."""
    raw = SENDERS[name](b"first,") + SENDERS[name](b"second")
    content, taken = decode(raw, name)
    assert content == b"first,second"
    assert [coding.name for coding in taken] == [name]


def test_raw_deflate_is_read_and_written_as_the_standard_says() -> None:
    """A deflate body without its wrapper is understood, and comes back with it."""
    raw = raw_deflate(TEXT)
    content, taken = decode(raw, "deflate")
    assert content == TEXT
    assert zlib.decompress(encode(content, taken)) == TEXT
    assert len(encode(content, taken)) == len(raw) + 6


def test_stacked_codings_come_off_in_reverse() -> None:
    """The header lists codings in the order of application."""
    raw = brotli.compress(gzip.compress(TEXT))
    content, taken = decode(raw, "gzip, br")
    assert content == TEXT
    assert [coding.name for coding in taken] == ["gzip", "br"]


def test_an_unknown_coding_in_a_stack_leaves_all_on() -> None:
    """Codings come off all or none."""
    raw = gzip.compress(TEXT)
    assert decode(raw, "compress, gzip") == (raw, ())


@pytest.mark.parametrize("header", [None, "", "identity", " Identity , "])
def test_no_coding_is_no_change(header: str | None) -> None:
    """Absent and identity mean the same."""
    assert decode(TEXT, header) == (TEXT, ())


def test_names_are_normal() -> None:
    """Case and old names do not matter."""
    assert coding_names("X-GZip, identity,BR ") == ("gzip", "br")


def test_an_empty_body_has_no_codings() -> None:
    """An answer to HEAD may name a coding and hold nothing."""
    assert decode(b"", "gzip") == (b"", ())
