"""Mirrors inside the test's own process: every client's request is answered without a socket, by the same decision."""
