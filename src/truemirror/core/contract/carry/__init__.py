"""Contracts that come from elsewhere, and contracts that go there."""
