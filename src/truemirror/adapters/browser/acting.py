"""Words for what a visitor does, and the functions that do in the page what keys and pointer cannot.

Rules: pure; a function sends the events that a person's doing would send.
"""

import re
from collections.abc import Mapping, Sequence

from truemirror.adapters.browser.locators import Locator, Name


def is_secret(locator: Locator) -> bool:
    """Whether what is put in there is better not shown."""
    return bool(re.search(r"passw|secret|token|pin\b|code", str(locator), re.IGNORECASE))


def has(held: str, wanted: str | re.Pattern[str]) -> bool:
    """Whether a text holds what is wanted."""
    return " ".join(wanted.split()) in held if isinstance(wanted, str) else bool(wanted.search(held))


def shown(wanted: str | re.Pattern[str]) -> str:
    """A wish in words."""
    return repr(wanted) if isinstance(wanted, str) else f"/{wanted.pattern}/"


def seeing(locator: Locator, text: Name, asked: Mapping[str, object], count: int | None) -> str:
    """The step in words."""
    words: Sequence[str] = [
        f"see {locator}",
        *([f"{count} times"] if count is not None else []),
        *([f"with {shown(text)}"] if text is not None else []),
        *(f"{name} {wish!r}" for name, wish in asked.items()),
    ]
    return ", ".join(words)


FILL = """(one, text) => {
  one.focus();
  if (one.isContentEditable) {
    getSelection().selectAllChildren(one);
    document.execCommand(text ? 'insertText' : 'delete', false, text);
    return one.innerText.replace(/\\n$/, '');
  }
  const plain = ['text', 'search', 'url', 'tel', 'email', 'password', 'number', 'textarea'].includes(one.type);
  if (plain) {
    one.select();
    document.execCommand(text ? 'insertText' : 'delete', false, text);
  }
  if (one.value !== text) {
    const kind = one.localName === 'textarea' ? HTMLTextAreaElement : HTMLInputElement;
    if (one instanceof kind) Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(one, text);
    one.dispatchEvent(new Event('input', {bubbles: true, composed: true}));
  }
  one.dispatchEvent(new Event('change', {bubbles: true}));
  return one.value;
}"""

CHOOSE = """(one, wanted) => {
  const name = (option) => (option.label || option.text).replace(/\\s+/g, ' ').trim();
  const option = [...one.options].find((each) => name(each) === wanted && !each.disabled);
  if (!option) return [...one.options].map((each) => name(each) + (each.disabled ? ' (disabled)' : '')).join(', ');
  one.focus();
  if (one.multiple) option.selected = true; else one.selectedIndex = option.index;
  one.dispatchEvent(new Event('input', {bubbles: true}));
  one.dispatchEvent(new Event('change', {bubbles: true}));
  return 'chosen';
}"""

FOCUSED = """() => {
  let one = document.activeElement;
  while (one && one.shadowRoot && one.shadowRoot.activeElement) one = one.shadowRoot.activeElement;
  if (!one || one === document.body || one === document.documentElement) return 'the page';
  const name = (one.computedName || '').replace(/\\s+/g, ' ').trim();
  return (one.computedRole || one.localName) + (name ? ` "${name}"` : '');
}"""
