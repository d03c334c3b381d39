"""Hypothesis strategies made from what schemas mean; only these modules need Hypothesis for contracts.

Rules: they are imported when somebody asks for a strategy, so that a suite without Hypothesis never notices.
"""
