"""A scripted user: plays stories against a running CRM and insists on the statuses they expect."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import httpx

from crm.stories import direct, doors, public
from crm.stories.walk import PUBLIC, Step, Story, UnexpectedStatusError, Walk

__all__ = ["Step", "Story", "Told", "UnexpectedStatusError", "run", "stories"]


@dataclass(frozen=True, slots=True)
class Told:
    """A story that was told, and what was said."""

    name: str
    service: str
    steps: tuple[Step, ...]


def stories() -> list[Story]:
    """Return all stories in the order in which they are told."""
    return [*public.stories(), *direct.stories(), *doors.stories()]


def run(
    base: str,
    services: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    on_story: Callable[[Told], None] | None = None,
) -> list[Told]:
    """Tell the stories whose services have an address, or those of them that `only` names.

    `base` is the address of the public API; `services` gives the addresses of the others.
    """
    addresses = {name: address.rstrip("/") for name, address in {**(services or {}), PUBLIC: base}.items()}
    finished: list[Told] = []
    with httpx.Client(timeout=30, trust_env=False) as client:
        for story in _chosen(addresses, only):
            walk = Walk(story.name, addresses, client)
            story.tell(walk)
            finished.append(Told(story.name, story.service, tuple(walk.steps)))
            if on_story is not None:
                on_story(finished[-1])
    return finished


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m crm.drive", description=__doc__)
    parser.add_argument("--base", help="address of the public API, such as http://127.0.0.1:8000")
    parser.add_argument("--services", default="", help="addresses of the others: auth=URL,core=URL,tags=URL,...")
    parser.add_argument(
        "--from-environment",
        action="store_true",
        help="take all addresses from AUTH_URL, CORE_URL, ..., PUBLIC_API_URL",
    )
    parser.add_argument("--only", action="append", metavar="STORY", help="tell just this story; may be repeated")
    parser.add_argument("--list", action="store_true", help="print the names of all stories")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(story.name for story in stories()))
        return 0
    services = dict(pair.split("=", 1) for pair in options.services.split(",") if "=" in pair)
    if options.from_environment:
        services = {**_from_environment(), **services}
    base = options.base or services.get(PUBLIC)
    if not base:
        parser.error("--base is needed, or --from-environment with PUBLIC_API_URL set")
    try:
        finished = run(base, services, options.only, _print)
    except (UnexpectedStatusError, LookupError, httpx.HTTPError) as error:
        print(f"drive: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(f"{len(finished)} stories, {sum(len(story.steps) for story in finished)} requests")
    return 0


def _from_environment() -> dict[str, str]:
    names = {name: f"{name.replace('-', '_').upper()}_URL" for name in ("auth", "core", "tags", "deals", PUBLIC, "web")}
    return {name: os.environ[variable] for name, variable in names.items() if os.environ.get(variable)}


def _chosen(addresses: Mapping[str, str], only: Collection[str] | None) -> list[Story]:
    known = stories()
    missing = sorted(set(only or ()) - {story.name for story in known})
    if missing:
        raise LookupError(f"there is no story named {', '.join(missing)}")
    return [story for story in known if story.service in addresses and (only is None or story.name in only)]


def _print(story: Told) -> None:
    print(f"{story.name}: {len(story.steps)} requests", flush=True)


if __name__ == "__main__":
    sys.exit(main())
