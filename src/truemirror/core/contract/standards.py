"""Whether a contract's documents are what OpenAPI 3.1 asks for, so that any other tool reads them, too.

Rules: only what this package reads without needing it is asked for here; what it cannot read without is refused while
reading. What a person wrote by hand is the reason why this is asked at all.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from truemirror.core.contract.contract import OPENAPI, Contract, Operation
from truemirror.core.contract.finding import Finding
from truemirror.core.contract.references import readable
from truemirror.core.contract.rules import finding

_STATUS = re.compile(r"[1-5](\d\d|XX)\Z|default\Z")
_IN_TEMPLATE = re.compile(r"\{([^{}]*)\}")

Told = tuple[str, str, str]
"""Operation, place and sentence."""


def check_standards(contract: Contract, owner: str = "", consumers: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Everything for which other tools may refuse a contract."""
    if OPENAPI not in contract.documents:
        return ()
    told = [*_info(contract), *(one for each in contract.operations for one in _operation(contract, each))]
    made = (
        finding("contract-nonstandard", contract.service, said, operation=name, location=place, owner=owner)
        for name, place, said in dict.fromkeys(told)
    )
    return tuple(replace(one, consumers=consumers) for one in made)


def _info(contract: Contract) -> Iterator[Told]:
    """What the document says of itself."""
    document = contract.documents[OPENAPI]
    info: Any = document.get("info") if isinstance(document, Mapping) else None
    for name in ("title", "version"):
        if not isinstance(info, Mapping) or not isinstance(info.get(name), str):
            yield "", f"{OPENAPI}#/info", f"`info.{name}` has to be a text"


def _operation(contract: Contract, operation: Operation) -> Iterator[Told]:
    """What one operation says."""
    declared = {one.name for one in operation.parameters if one.where == "path"}
    for name in _IN_TEMPLATE.findall(operation.template):
        if name not in declared:
            yield operation.name, readable(operation.place), f"the path's `{name}` is no declared parameter"
    for status, answer in operation.answers.items():
        if not _STATUS.match(status):
            yield operation.name, readable(operation.place), f"`{status}` is no status, no class of them such as 4XX"
        content = contract.references.lookup(answer.place)
        if not isinstance(content, Mapping) or not isinstance(content.get("description"), str):
            yield operation.name, readable(answer.place), f"the answer {status} has no `description`"
