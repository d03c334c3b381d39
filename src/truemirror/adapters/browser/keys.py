"""Keys of a keyboard by their names, and what a chord of them is to the browser.

Rules: a table and pure functions; the numbers are those of WebDriver's table of keys.
"""

from typing import Any

from truemirror.errors import UsageError

KEYS = {
    "Backspace": "\ue003",
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Shift": "\ue008",
    "Control": "\ue009",
    "Alt": "\ue00a",
    "Escape": "\ue00c",
    "Space": " ",
    "PageUp": "\ue00e",
    "PageDown": "\ue00f",
    "End": "\ue010",
    "Home": "\ue011",
    "ArrowLeft": "\ue012",
    "ArrowUp": "\ue013",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
    "Insert": "\ue016",
    "Delete": "\ue017",
    "Meta": "\ue03d",
    **{f"F{number}": chr(0xE030 + number) for number in range(1, 13)},
}


def chord(named: str) -> list[dict[str, Any]]:
    """The actions for a chord such as `Shift+Tab`: all down in order, all up in reverse. Raises UsageError."""
    keys = [_key(name) for name in (named.split("+") if len(named) > 1 else [named])]
    down = [{"type": "keyDown", "value": key} for key in keys]
    return down + [{"type": "keyUp", "value": key} for key in reversed(keys)]


def typed(text: str) -> list[dict[str, Any]]:
    """The actions for a text, key by key."""
    keys = [KEYS["Enter"] if letter == "\n" else KEYS["Tab"] if letter == "\t" else letter for letter in text]
    return [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]


def _key(name: str) -> str:
    """One key. Raises UsageError."""
    if len(name) == 1:
        return name
    if name in KEYS:
        return KEYS[name]
    import difflib

    near = ", ".join(difflib.get_close_matches(name, KEYS, 3, 0.4)) or ", ".join(list(KEYS)[:6])
    raise UsageError(f"there is no key {name!r}", nearest=near)
