"""What stands behind the pages, in a flow's hands.

Rules: what is planned holds for this try of this test alone; only a mirror can be told to fail, so a flow that needs
that is skipped where the service is live, and says so.
"""

from typing import TYPE_CHECKING

import pytest

from truemirror.core.flow.trace import Target
from truemirror.core.mirror.plan_text import parse_plan
from truemirror.errors import TruemirrorError

if TYPE_CHECKING:
    from truemirror.bootstrap.flows import Behind


class FlowHandle:
    """What stands behind the pages of one flow."""

    def __init__(self, behind: "Behind", session: str) -> None:
        """Of this test."""
        self._behind = behind
        self._session = session

    @property
    def target(self) -> Target:
        """mirror, live or mix."""
        return self._behind.target

    @property
    def base(self) -> str:
        """What pages are opened relative to."""
        return self._behind.base

    def is_mirrored(self, service: str) -> bool:
        """Whether a mirror answers for a service."""
        return self._behind.replayer(service) is not None

    def url(self, service: str) -> str:
        """Where this process reaches a service. Raises UsageError."""
        return self._behind.url(service)

    def plan(self, service: str, *rules: object) -> None:
        """Let calls to a mirror meet faults, errors and delays: `plan("public-api", "GET /v1/tags: 503")`.

        Skips the test where the service is live. Raises UsageError for a rule that cannot be read.
        """
        replayer = self._behind.replayer(service)
        if replayer is None:
            pytest.skip(f"only a mirror can be told to fail, and {service} is none with this target")
        try:
            for session in ("", self._session):
                replayer.plan(parse_plan(list(rules), f"the plan for {service}"), session)
        except TruemirrorError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from error
