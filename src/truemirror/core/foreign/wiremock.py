"""Stub mappings of WireMock: recorded or written by hand, from files or the admin API.

    mapping ──▶ request matchers  ──▶ a request, where they ask for equality     (wiremock_request)
                response          ──▶ an answer, a fault, a delay                (wiremock_response)
                scenario states   ──▶ the order of exchanges, where they are a chain

Rules: of mappings that match the same request the one with the higher priority answers, of equals the newer one: the
later in a file, the earlier in what the admin API lists. In which order WireMock takes files is up to the file system.
"""

from collections.abc import Iterator

from truemirror.core.foreign.carried import Carried, Gathering, Source, numbered
from truemirror.core.foreign.chain import Step, in_order
from truemirror.core.foreign.node import Node
from truemirror.core.foreign.stub import Stub, carry
from truemirror.core.foreign.wiremock_request import read_request
from truemirror.core.foreign.wiremock_response import read_response
from truemirror.errors import FormatError

TOOL = "WireMock"
STARTED = "Started"
_PRIORITY = 5
_ACTIONS = ("postServeActions", "serveEventListeners", "webhooks")


def read_wiremock(source: Source) -> Carried:
    """The exchanges that mappings stand for. Raises FormatError when there are no mappings."""
    gathering = Gathering()
    steps: list[Step] = []
    for number, (mapping, file, listed) in enumerate(_mappings(source), start=1):
        step = _mapping(mapping, number, source, gathering)
        if step is not None:
            step.stub.file = file
            step.stub.rank = (step.stub.rank[0], number if listed else -number)
            steps.append(step)
    carry(in_order(steps, lambda name: STARTED, "requiredScenarioState", gathering), TOOL, gathering)
    return gathering.carried()


def _mappings(source: Source) -> Iterator[tuple[Node, str, bool]]:
    """Every mapping of every file, with the file, and whether the file is a list of the admin API."""
    for name, document in _files(source.document):
        file, node = str(name), Node(document, str(name))
        if node.is_list:
            yield from ((one, file, False) for one in node)
        elif node.get("mappings"):
            yield from ((one, file, bool(node.get("meta"))) for one in node.get("mappings"))
        elif node.get("request") or node.get("response"):
            yield node, file, False
        else:
            what = "holds neither a mapping nor `mappings`"
            raise FormatError(what, where=node.path, fix="give WireMock's mappings folder, or a file of it")


def _files(document: object) -> list[tuple[object, object]]:
    """The name and the document of each file of a folder that was read; one without a name where it was a file."""
    if isinstance(document, list) and all(isinstance(one, list | tuple) and len(one) == 2 for one in document):
        return [(name, held) for name, held in document]
    return [("", document)]


def _mapping(mapping: Node, number: int, source: Source, gathering: Gathering) -> Step | None:
    """One mapping; None when it cannot be carried over."""
    asked = mapping.get("request")
    told = mapping.get("name").text() or f"{asked.get('method').text('ANY')} {_url(asked)}"
    stub = Stub(numbered("mapping", number, told), rank=(mapping.get("priority").whole(_PRIORITY), 0))
    for action in _ACTIONS:
        if mapping.get(action).several():
            gathering.leave(stub.entry, action, "what WireMock does after an answer is no part of the answer")
    if not read_request(asked, stub, gathering):
        return None
    answer = read_response(mapping.get("response"), stub, source, gathering)
    if answer is None:
        return None
    stub.answers.append(answer)
    scenario = mapping.get("scenarioName").text()
    then = mapping.get("newScenarioState").text()
    return Step(stub, scenario, mapping.get("requiredScenarioState").text(), then)


def _url(asked: Node) -> str:
    """What a mapping says of the URL."""
    names = ("url", "urlPath", "urlPathTemplate", "urlPattern", "urlPathPattern")
    return next((asked.get(name).text() for name in names if asked.get(name)), "any URL")
