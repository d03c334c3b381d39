"""Holding exchanges against a contract: what passes by is compared with what was promised.

Rules: errors are held as strictly as successes; a request is held only where the provider accepted it, for one that it
refused has been judged already; a browser's preflight is judged only by a contract that declares it; a finding names
place, expectation, rule, the contract's own line and the owner; the common case, where everything conforms, costs a
table look-up and one compiled pass.
"""

from truemirror.core.contract.checker import Checkers
from truemirror.core.contract.contract import Contract, Operation
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.judge_answer import AnswerJudge
from truemirror.core.contract.judge_request import RequestJudge
from truemirror.core.contract.pointer import clipped
from truemirror.core.contract.routes import Routes
from truemirror.core.contract.saying import Saying, Scene
from truemirror.core.wire.exchange import Exchange, Fault, Request, Response
from truemirror.core.wire.headers import Headers


class Conformance:
    """One contract version, ready to judge."""

    def __init__(self, contract: Contract, owner: str = "", consumers: tuple[str, ...] = ()) -> None:
        """`owner` is the team to ask about this service, `consumers` the services that call it."""
        self.contract = contract
        self.owner = owner
        self.consumers = consumers
        self._routes = Routes(contract.operations, contract.prefixes)
        self._checkers = Checkers(contract)
        self._say = Saying(contract.service, owner, consumers)
        self._answers = AnswerJudge(contract, self._checkers, self._say)
        self._requests = RequestJudge(self._checkers, self._say)

    def compile(self) -> None:
        """Compile every schema of the contract now. Raises FormatError for one that cannot be."""
        for operation in self.contract.operations:
            contents = [answer.content for answer in operation.answers.values()]
            contents += [operation.body] if operation.body else []
            headers = [header for answer in operation.answers.values() for header in answer.headers]
            places = [place for content in contents for place in content.places.values()]
            for place in (*places, *(one.place for one in (*operation.parameters, *headers))):
                if place:
                    self._checkers.at(place)

    def operation_of(self, method: str, target: str) -> Operation | None:
        """The operation that a request belongs to; None for one that the contract does not have."""
        return self._routes.find(method, target.partition("?")[0])

    def check(self, exchange: Exchange, evidence: str = "") -> tuple[Finding, ...]:
        """Everything to be said about one exchange; `evidence` names where it was seen."""
        request, outcome = exchange.request, exchange.outcome
        operation = self.operation_of(request.method, request.target)
        scene = Scene(_name(operation, request.method, request.target), evidence)
        if isinstance(outcome, Fault):
            said = f"the recording holds a broken connection ({outcome.kind.value}) and no answer"
            return (self._say.finding("mirror-fault", scene, said),)
        if operation is None:
            if request.is_preflight:
                return ()
            return tuple(self._answers.unknown(request.method, request.target, outcome, scene))
        found = tuple(self._answers.answered(operation, request.method, outcome, scene))
        if outcome.status < 400:
            found += tuple(self._requests.asked(operation, request, scene))
        return found

    def check_response(
        self, method: str, target: str, status: int, headers: Headers, body: bytes, evidence: str = ""
    ) -> tuple[Finding, ...]:
        """Everything to be said about one answer."""
        operation = self.operation_of(method, target)
        scene = Scene(_name(operation, method, target), evidence)
        response = Response(status, headers=headers, body=body)
        if operation is None:
            return tuple(self._answers.unknown(method, target, response, scene))
        return tuple(self._answers.answered(operation, method, response, scene))

    def check_request(self, request: Request, evidence: str = "") -> tuple[Finding, ...]:
        """Everything to be said about one request, whatever is answered."""
        operation = self.operation_of(request.method, request.target)
        scene = Scene(_name(operation, request.method, request.target), evidence)
        if operation is None:
            return (self._say.finding("operation-unknown", scene, f"there is no {scene.operation} in the contract"),)
        return tuple(self._requests.asked(operation, request, scene))


def _name(operation: Operation | None, method: str, target: str) -> str:
    """The operation's name; for an unknown one, what was asked."""
    return operation.name if operation else f"{method.upper()} {clipped(target.partition('?')[0], 100)}"
