"""A profile as the text of its file, for people to read and change.

Rules: TOML, in the order in which one reads; what a profile leaves at its default is not written; the same profile is
the same text.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from truemirror.core.load.profile import Arrivals, Call, Flow, Judging, Limit, Model, Profile, Selection, Stage, Target

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def profile_toml(profile: Profile, comments: Iterable[str] = ()) -> str:
    """The text of a profile's file; comments stand at its top."""
    lines = [f"# {_on_one_line(comment)}".rstrip() for comment in comments]
    lines += [f"name = {_text(profile.name)}"]
    if profile.environment:
        lines.append(f"environment = {_text(profile.environment)}")
    if profile.timeout != Profile("", Arrivals(1.0), (), ()).timeout:
        lines.append(f"timeout = {_number(profile.timeout)}")
    lines += ["", "[arrivals]", *_arrivals(profile.arrivals)]
    for stage in profile.stages:
        lines += ["", "[[stages]]", *_stage(stage)]
    lines += [*_table("judging", _judging(profile.judging))]
    for target in profile.targets:
        lines += ["", f"[targets.{_key(target.name)}]", *_target(target)]
    for flow in profile.flows:
        lines += ["", "[[flows]]", *_flow(flow)]
        for call in flow.calls:
            lines += ["", "[[flows.calls]]", *_call(call)]
    if profile.data:
        lines += ["", "[data]"]
    for name, rows in profile.data.items():
        lines += [f"{_key(name)} = [", *(f"    {_inline(row)}," for row in rows), "]"]
    return "\n".join(lines) + "\n"


def _table(name: str, lines: list[str]) -> list[str]:
    """A table, where it has anything to say."""
    return ["", f"[{name}]", *lines] if lines else []


def _arrivals(arrivals: Arrivals) -> Iterator[str]:
    """When flows begin."""
    yield f"rate = {_number(arrivals.rate)}"
    if arrivals.stated_rate:
        yield f"stated_rate = {_number(arrivals.stated_rate)}"
    if arrivals.model is not Model.POISSON:
        yield f"model = {_text(arrivals.model)}"
    if arrivals.seed:
        yield f"seed = {arrivals.seed}"
    if arrivals.gaps:
        yield f"gaps = [{', '.join(map(_number, arrivals.gaps))}]"


def _stage(stage: Stage) -> Iterator[str]:
    """A part of the run."""
    yield f"seconds = {_number(stage.seconds)}"
    yield f"rate = {_number(stage.rate)}"


def _judging(judging: Judging) -> list[str]:
    """How it is decided, as far as it is not the usual way."""
    usual = Judging()
    unusual = [name for name in ("alpha", "guard", "warm_up") if getattr(judging, name) != getattr(usual, name)]
    lines = [f"{name} = {_number(getattr(judging, name))}" for name in unusual]
    if judging.stratified:
        lines.append("stratified = true")
    if judging.batches != usual.batches:
        lines.append(f"batches = {judging.batches}")
    if judging.looks != usual.looks:
        lines.append(f"looks = [{', '.join(map(_number, judging.looks))}]")
    return lines


def _target(target: Target) -> Iterator[str]:
    """What has to hold."""
    yield from _selection(target.select)
    if target.mean_ms is not None:
        yield f"mean_ms = {_number(target.mean_ms)}"
    for limit in target.limits:
        yield f"{_percentile(limit)} = {_number(limit.over_ms)}"
    yield f"errors_max = {_number(target.errors_max)}"


def _percentile(limit: Limit) -> str:
    """The key of a limit: p95_ms, p999_ms."""
    digits = f"{1 - limit.share:.10f}"[2:].rstrip("0")
    return f"p{digits:0<2}_ms"


def _selection(select: Selection) -> Iterator[str]:
    """Which requests a target is about."""
    for name in ("services", "operations", "flows"):
        if values := getattr(select, name):
            yield f"{name} = [{', '.join(map(_text, values))}]"


def _flow(flow: Flow) -> Iterator[str]:
    """What one user does."""
    yield f"name = {_text(flow.name)}"
    if flow.weight != 1.0:
        yield f"weight = {_number(flow.weight)}"
    if flow.data:
        yield f"data = {_text(flow.data)}"


def _call(call: Call) -> Iterator[str]:
    """One request."""
    yield f"service = {_text(call.service)}"
    request = f"{call.method} {call.target}"
    yield f"request = {_text(request)}"
    if call.operation != request.partition("?")[0]:
        yield f"operation = {_text(call.operation)}"
    if call.headers:
        yield f"headers = {_inline(dict(call.headers))}"
    if call.body:
        yield f"body = {_text(call.body)}"
    if call.expects:
        yield f"expects = [{', '.join(map(str, call.expects))}]"
    if call.takes:
        yield f"takes = {_inline(call.takes)}"
    if call.think:
        yield f"think = {_number(call.think)}"


def _inline(values: Mapping[str, str]) -> str:
    """A table on one line."""
    return "{ " + ", ".join(f"{_key(name)} = {_text(value)}" for name, value in values.items()) + " }"


def _key(name: str) -> str:
    """A key, in quotes where it has to be."""
    return name if name and set(name) <= _BARE else _text(name)


def _text(value: str) -> str:
    """A text: as it is where that can be, so that JSON stays readable."""
    if '"' in value and "'" not in value and value.isprintable():
        return f"'{value}'"
    written = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in written)


def _escaped(sign: str) -> str:
    """A sign by its number; half of a pair, which no TOML file can hold, as the sign for what is not known."""
    number = ord(sign) if not 0xD800 <= ord(sign) <= 0xDFFF else 0xFFFD
    return f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"


def _number(value: float) -> str:
    """A number, whole where it is whole."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _on_one_line(text: str) -> str:
    """A text that ends no comment."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
