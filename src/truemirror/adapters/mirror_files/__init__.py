"""Mirrors as files: a folder for each service and contract version, reviewed and merged like code."""

from truemirror.adapters.mirror_files.journal import FileJournal
from truemirror.adapters.mirror_files.store import MirrorFiles

__all__ = ["FileJournal", "MirrorFiles"]
