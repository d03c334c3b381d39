"""Mirrors: what was recorded, where a session stands in it, and which recording answers a request."""
