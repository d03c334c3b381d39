"""The system's clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """What time it is; see `truemirror.ports.Clock`."""

    def today(self) -> str:
        """The day, as YYYY-MM-DD, in UTC."""
        return datetime.now(UTC).date().isoformat()

    def monotonic_ms(self) -> float:
        """Milliseconds since some fixed moment."""
        return time.monotonic() * 1000
