"""The bodies that the public API reads itself; all others it hands on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from crm.common.negotiation import RequestBody, shaped


class NewDealTag(RequestBody):
    """A tag to put on a deal."""

    label: Annotated[str, Field(min_length=1, max_length=40)]
    colour: Annotated[str, shaped(r"#[0-9a-f]{6}", "#b3261e")] = "#5c5f62"
