"""truemirror: record each service once, test every other service alone, and know which change breaks whom.

Public: the command line, the pytest plugin, `truemirror.testing`, the file formats and the exit codes.
Everything else may change between releases. Importing this package imports nothing but itself.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
