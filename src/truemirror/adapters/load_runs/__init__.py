"""Load runs from outside: the generator as a process that is started, heard and always ended, and proven beforehand.

    made = LoadRuns().make(run, heard, kept)    heard(part, under_way) every second, kept(answer) for sampled ones
    proof = calibrate(LoadRuns(), tightest_ms)  proof.calibration(tightest_ms, rate)

Rules: neither locust nor gevent is imported here.
"""

from truemirror.adapters.load_runs.calibrating import Proof, calibrate, canary
from truemirror.adapters.load_runs.kept import Kept
from truemirror.adapters.load_runs.runs import LoadRuns, Made

__all__ = ["Kept", "LoadRuns", "Made", "Proof", "calibrate", "canary"]
