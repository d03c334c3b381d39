"""The configuration: `[tool.truemirror]` in pyproject.toml, or truemirror.toml.

Rules: reading it never guesses: an unknown key names the nearest known one, a wrong value names its place; all mistakes
of a file are told at once. Paths are absolute once read. The dataclasses are the reference of what may be written.
"""

from truemirror.config.finding import FILE, VARIABLE, load
from truemirror.config.flows import FlowsConfig
from truemirror.config.model import Config, RedactionConfig, ServiceConfig, VerifyConfig
from truemirror.config.reading import parse

__all__ = [
    "FILE",
    "VARIABLE",
    "Config",
    "FlowsConfig",
    "RedactionConfig",
    "ServiceConfig",
    "VerifyConfig",
    "load",
    "parse",
]
