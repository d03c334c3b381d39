"""Load runs from outside: the generator as a process that is started, heard and always ended, and proven beforehand.

    made = LoadRuns().make(run, heard)          heard(part, under_way) every second
    steps, delay = ...                          see `calibrating.py`

Rules: neither locust nor gevent is imported here.
"""

from truemirror.adapters.load_runs.runs import LoadRuns, Made

__all__ = ["LoadRuns", "Made"]
