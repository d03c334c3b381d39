"""Services as processes of the operating system."""

from truemirror.adapters.services.launcher import ProcessLauncher

__all__ = ["ProcessLauncher"]
