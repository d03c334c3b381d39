"""Keys are found in the text of their file."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from truemirror.config.lines import KeyPath, key_lines, line_of

TEXT = '''
# comment = 1
[tool.truemirror]
service = "deals"
"quoted key" = 1
list = [
  "not = a key",
]
long = """
fake = 1
[fake.table]
"""
inline = { a = 1, b = 2 }
a.b.c = 1

[tool.truemirror.services."public api"]  # why
start = "x # y"
[[tool.other]]
name = 1
'''


def test_keys_and_tables_have_their_lines() -> None:
    """Quoted, dotted and inline keys are found; what only looks like a key in a text or list is not."""
    lines = key_lines(TEXT)
    ours = ("tool", "truemirror")
    assert lines[ours] == 3
    assert lines[*ours, "service"] == 4
    assert lines[*ours, "quoted key"] == 5
    assert lines[*ours, "a", "b", "c"] == 14
    assert lines[*ours, "services", "public api"] == 16
    assert lines[*ours, "services", "public api", "start"] == 17
    assert lines["tool", "other", "name"] == 19
    assert not any("fake" in path for path in lines)


def test_tables_of_a_list_are_numbered() -> None:
    """Each mistake is told with the line of its own table, not with that of the first."""
    lines = key_lines('[[waivers]]\nrule = "a"\n\n[[waivers]]\nrule = "b"\nuntil = "soon"\n')
    assert line_of(lines, ("waivers", "2")) == 4
    assert line_of(lines, ("waivers", "2", "until")) == 6
    assert line_of(lines, ("waivers", "1", "rule")) == 2


def test_what_has_no_line_has_that_of_what_is_around_it() -> None:
    """A key inside an inline table is in its table's line; a stranger is nowhere."""
    lines = key_lines(TEXT)
    assert line_of(lines, ("tool", "truemirror", "inline", "a")) == 13
    assert line_of(lines, ("elsewhere",)) is None


NAMES = st.text(st.characters(categories=["L", "Nd", "Zs"], include_characters='-_."\\'), min_size=1, max_size=8)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, st.integers(0, 9), min_size=1, max_size=4), max_size=4))
def test_every_key_that_begins_a_line_is_found(tables: dict[str, dict[str, int]]) -> None:
    """Whatever the names are, each key of each table has the line that it was written in."""
    wanted: dict[KeyPath, int] = {}
    written: list[str] = []
    for table, keys in tables.items():
        written.append(f"[{_quoted(table)}]")
        for key, value in keys.items():
            written.append(f"{_quoted(key)} = {value}")
            wanted[table, key] = len(written)
    text = "\n".join(written)
    tomllib.loads(text)
    lines = key_lines(text)
    assert {path: lines[path] for path in wanted} == wanted


def _quoted(name: str) -> str:
    """A name as a quoted key."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
