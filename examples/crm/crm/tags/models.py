"""The bodies that tags accepts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from crm.common.negotiation import RequestBody, shaped

MOST_SUBJECTS = 200
SUBJECT = r"[a-z]{1,20}:[A-Za-z0-9_-]{1,40}"
Subject = Annotated[str, shaped(SUBJECT, "deal:d12")]


class NewTag(RequestBody):
    """A tag to put on something."""

    subject: Subject
    label: Annotated[str, Field(min_length=1, max_length=40)]
    colour: Annotated[str, shaped(r"#[0-9a-f]{6}", "#b3261e")] = "#5c5f62"


class Search(RequestBody):
    """The things whose tags are wanted, all at once."""

    subjects: Annotated[list[Subject], Field(max_length=MOST_SUBJECTS)]
