"""A service that no longer answers, whatever stands behind the pages.

Rules: where the public API is mirrored, its recording was made during such an outage; where the service itself is
mirrored, the mirror is told to refuse; where it runs, its process is held, and goes on afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from truemirror.pytest_plugin.flows_handle import FlowHandle


@contextmanager
def outage(flow: FlowHandle, service: str) -> Iterator[None]:
    """The service does not answer within this block."""
    if flow.is_mirrored("public-api"):
        yield
    elif flow.is_mirrored(service):
        flow.plan(service, "every call: refused")
        yield
    else:
        held = _processes(service)
        for process in held:
            process.suspend()
        try:
            yield
        finally:
            for process in held:
                process.resume()


def _processes(service: str) -> list[psutil.Process]:
    """The processes of a service that we started."""
    app = f"crm.{service.replace('-', '_')}:app"
    found = [one for one in psutil.Process().children(recursive=True) if app in one.cmdline()]
    if not found:
        pytest.skip(f"{service} is not run by us, so it cannot be held")
    return found
