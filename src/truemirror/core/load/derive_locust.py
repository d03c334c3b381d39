"""A profile's flows as a plain Locust file: a user class for each flow, which runs under `locust -f`.

Rules: the same profile is the same text. What was recorded stands in it as Python literals only, so that no recorded
text can become code. Where a service has no address in the environment, the class uses Locust's own `--host`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from truemirror.core.load.profile import Call, Flow, Profile

_HEAD = '''"""{title}

Run it: locust -f {file} --host http://127.0.0.1:8000
"""

import itertools
import json
import os
import re
import time
from urllib.parse import quote

from locust import FastHttpUser, between, task

ADDRESSES = {addresses}
DATA = {data}
ROWS = {{name: itertools.cycle(rows) for name, rows in DATA.items()}}


def filled(text, values, write=str):
    """A template with its variables; a brace that is written twice is a brace."""
    signs = {{"{{{{": "{{", "}}}}": "}}"}}
    found = r"\\{{\\{{|\\}}\\}}|\\{{(\\w+)\\}}"
    return re.sub(found, lambda one: write(values[one[1]]) if one[1] else signs[one[0]], text)


def filled_body(text, values):
    """A body with its variables: only known names in braces are replaced."""
    write = json_inside if text[:1] in ("{{", "[", '"') else str
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", write(str(value)))
    return text


def json_inside(value):
    """A text as it stands in a JSON string."""
    return json.dumps(value)[1:-1]


def taken(answer, place):
    """What an answer gives at a place, as body:/token, header:Location or cookie:sid."""
    kind, _, name = place.partition(":")
    if kind == "header":
        return answer.headers[name]
    if kind == "cookie":
        return re.search(rf"(?:^|[,;]\\s*){{re.escape(name)}}=([^;,]*)", answer.headers["set-cookie"])[1]
    value = answer.json()
    for step in name.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def ask(user, values, service, name, method, target, headers, body, expects, takes):
    """One request: held against the statuses that are right, and what it gives is kept in `values`."""
    if not target.startswith("/"):  # it begins with an address that an answer gave
        target = re.sub(r"^https?://[^/]*", "", filled(target, values))
    else:
        target = filled(target, values, lambda value: quote(str(value), safe=""))
    headers = {{key: filled(value, values) for key, value in headers.items()}}
    fill = filled_json if body[:1] in "[{{\\"" else filled
    with user.client.request(
        method,
        ADDRESSES.get(service, "") + target,
        name=name,
        headers=headers,
        data=filled_body(body, values).encode() if body else None,
        catch_response=True,
    ) as answer:
        if answer.status_code not in expects if expects else not 0 < answer.status_code < 400:
            answer.failure(f"status {{answer.status_code}}")
            return False
        try:
            values.update({{key: taken(answer, place) for key, place in takes.items()}})
        except (KeyError, IndexError, TypeError, ValueError) as error:
            answer.failure(f"its answer does not give what later requests need: {{error!r}}")
            return False
        answer.success()
        return True


class Flows(FastHttpUser):
    """What all flows share: a redirect is an answer like any other."""

    abstract = True
    wait_time = between(0.5, 1.5)

    def on_start(self):
        """Follow no redirect."""
        self.client.client.redirect_response_codes = frozenset()
'''


def locust_file(profile: Profile, file: str = "locustfile.py") -> str:
    """The text of the file."""
    services = sorted({call.service for flow in profile.flows for call in flow.calls})
    addresses = ", ".join(f'{_text(name)}: os.environ.get({_text(_variable(name))}, "")' for name in services)
    data = "{\n" + "".join(_pool(name, rows) for name, rows in profile.data.items()) + "}"
    title = re.sub(r"[^\w .-]", "", f"The flows of {profile.name} as Locust users.")
    head = _HEAD.format(title=title, file=re.sub(r"[^\w./-]", "", file), addresses=f"{{{addresses}}}", data=data)
    taken: set[str] = set()
    return head + "".join("\n\n" + "\n".join(_user(flow, _class(flow.name, taken))) + "\n" for flow in profile.flows)


def _pool(name: str, rows: Iterable[Mapping[str, str]]) -> str:
    """The rows of a pool, a line each."""
    return f"    {_text(name)}: [\n" + "".join(f"        {_mapping(row)},\n" for row in rows) + "    ],\n"


def _user(flow: Flow, name: str) -> Iterator[str]:
    """The class of one flow."""
    yield f"class {name}(Flows):"
    yield f"    weight = {max(1, round(flow.weight))}"
    yield ""
    yield "    @task"
    yield "    def flow(self):"
    yield f"        values = dict(next(ROWS[{_text(flow.data)}]))" if flow.data else "        values = {}"
    for number, call in enumerate(flow.calls):
        if call.think and number:
            yield f"        time.sleep({call.think!r})"
        yield "        if not ask("
        yield "            self, values,"
        yield from (f"            {line}," for line in _arguments(call))
        yield "        ):"
        yield "            return"


def _arguments(call: Call) -> Iterator[str]:
    """What `ask` is told of one request."""
    yield f"{_text(call.service)}, {_text(call.operation)}, {_text(call.method)}, {_text(call.target)}"
    yield _mapping(dict(call.headers))
    yield _text(call.body)
    yield f"{call.expects!r}, {_mapping(call.takes)}"


def _mapping(values: Mapping[str, str]) -> str:
    """A dictionary of texts."""
    return "{" + ", ".join(f"{_text(key)}: {_text(value)}" for key, value in values.items()) + "}"


def _text(value: str) -> str:
    """A text as a literal, in double quotes where that needs no escapes."""
    return f'"{value}"' if value.isprintable() and not {'"', "\\"} & set(value) else repr(value)


def _variable(service: str) -> str:
    """The environment variable that tells a service's address."""
    return re.sub(r"\W", "_", service).upper() + "_URL"


def _class(name: str, taken: set[str]) -> str:
    """A class's name, as AdaLooksAround."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    plain = "".join(word[:1].upper() + word[1:] for word in words) or "Flow"
    plain = f"Flow{plain}" if plain[0].isdigit() else plain
    unique, number = plain, 2
    while unique in taken:
        unique, number = f"{plain}{number}", number + 1
    taken.add(unique)
    return unique
