"""Contracts: what a service promises, inferred, held and judged."""
