"""Reports: one judgement, written for people and for other tools.

Rules: rendering is deterministic and decides nothing; everything shown is escaped by the format's own rules; each file
is written beside and renamed, so that a reader never sees half of one.
"""

from truemirror.adapters.reports.write import write_reports

__all__ = ["write_reports"]
