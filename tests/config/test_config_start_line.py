"""The start line becomes the arguments of a command."""

import shlex

from hypothesis import given
from hypothesis import strategies as st

from truemirror.config.start_line import arguments, unknown_placeholders

VALUES = {"port": "8000", "python": "/opt/my python"}


def test_placeholders_are_filled_in_after_the_line_is_split() -> None:
    """A value with a blank stays one argument."""
    assert arguments("{python} -m app --port={port} 'a b'", VALUES) == (
        "/opt/my python",
        "-m",
        "app",
        "--port=8000",
        "a b",
    )


def test_doubled_braces_are_braces() -> None:
    """JSON can be an argument."""
    assert arguments("""run '{{"port": {port}}}'""", VALUES) == ("run", '{"port": 8000}')


def test_braces_around_other_things_stay() -> None:
    """Only names in braces are placeholders."""
    assert arguments("run {} {0} a{,b}", VALUES) == ("run", "{}", "{0}", "a{,b}")


def test_unknown_names_are_listed() -> None:
    """So that reading the configuration can refuse them."""
    assert unknown_placeholders("{python} {prot} {{name}} {host}") == ("prot", "host")


@given(st.lists(st.text(min_size=1, max_size=10), min_size=1, max_size=4))
def test_without_braces_a_line_is_read_as_a_shell_reads_it(parts: list[str]) -> None:
    """What a shell would quote comes back as it was; braces that are doubled come back single."""
    line = shlex.join(part.replace("{", "{{").replace("}", "}}") for part in parts)
    assert unknown_placeholders(line) == ()
    assert arguments(line, {}) == tuple(parts)
