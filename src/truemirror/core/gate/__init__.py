"""The gate: from evidence to a verdict with reasons."""
