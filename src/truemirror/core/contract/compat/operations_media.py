"""Media types: which one stands for which.

Rules: `application/*` stands for every type of its family and `*/*` for all; the most special one wins (RFC 9110
§12.5.1), and what names no parameter stands for what does.
"""

from collections.abc import Iterable, Iterator, Mapping


def covering(media: str, known: Iterable[str]) -> str | None:
    """The media type or range that stands for one; None when there is none."""
    names = set(known)
    for name in (media, media.partition(";")[0], f"{media.partition('/')[0]}/*", "*/*"):
        if name in names:
            return name
    return None


def is_json(media: str) -> bool:
    """Whether a media type is JSON (RFC 6838 §4.2.8)."""
    return media.partition(";")[0].endswith(("/json", "+json"))


def met(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[tuple[str, str | None, str | None]]:
    """Every media type that either side names, with what stands for it on each; None where nothing does."""
    seen: set[tuple[str | None, str | None]] = set()
    for media in dict.fromkeys((*old, *new)):
        before, after = covering(media, old), covering(media, new)
        if before is None or after is None or (before, after) not in seen:
            yield media, before, after
        seen.add((before, after))


def side(name: str, media: str, content: Mapping[str, object]) -> str:
    """How a body is called: `request`, or with its media type where that says something."""
    return name if is_json(media) and len(content) <= 1 else f"{name} {media}"
