"""May this test run against this environment, and did its pages stay where they may be?

Rules: pure. Every test is presumed to destroy something, unless its author marked it `harmless`. An environment is
sensitive unless its configuration says that it is not, and always when it shares a host with a sensitive one: no second
name for the same hosts opens them. What a page asks counts by its host, whatever led there: a link, a script, a
redirect.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from truemirror.core.environment import Environment, host_of
from truemirror.errors import UsageError


def environment_named(name: str, known: Mapping[str, Environment]) -> Environment:
    """An environment by its name. Raises UsageError with the nearest one."""
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1, cutoff=0.4)
    fix = "configure it: [tool.truemirror.environments.NAME] with its hosts"
    raise UsageError(f"there is no environment {name!r}", nearest=near[0] if near else ", ".join(known), fix=fix)


def is_sensitive(environment: Environment, known: Iterable[Environment]) -> bool:
    """Whether only harmless tests may run: it is sensitive itself, or has a host of one that is."""
    names = {_name(one) for one in environment.authorities}
    others = (one for one in known if one.sensitive)
    return environment.sensitive or any(names & {_name(host) for host in one.authorities} for one in others)


def refusal(environment: Environment, known: Iterable[Environment], *, harmless: bool) -> str:
    """Why a test may not run; empty when it may."""
    if harmless or not is_sensitive(environment, known):
        return ""
    return (
        f"the environment {environment.name} is sensitive, and this test is not marked harmless: what may change"
        " something does not run there (mark it with @pytest.mark.harmless when it only looks)"
    )


def strayed(urls: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """The hosts that pages asked and that are not allowed, each once; what asks nobody (`data:`) is left out.

    `allowed` are hosts as `name:port`; a rule without a port is not one.
    """
    known = set(allowed)
    return tuple(dict.fromkeys(host for url in urls if (host := host_of(url)) and host not in known))


def stray_message(hosts: Iterable[str], environment: str) -> str:
    """What a test is told whose page left the allowed hosts."""
    return (
        f"a page asked {', '.join(hosts)}, which is not among the hosts of the environment {environment}: nothing was"
        f" sent there, and the test ends here\n  fix: if it belongs to {environment}, add it to the hosts of"
        f" environments.{environment}"
    )


def _name(authority: str) -> str:
    """The host's name alone: another port of the same machine is as sensitive."""
    return authority.rpartition(":")[0]
