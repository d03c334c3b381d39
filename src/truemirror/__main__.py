"""`python -m truemirror` is the same as `truemirror`."""

from truemirror.cli.main import main

main()
