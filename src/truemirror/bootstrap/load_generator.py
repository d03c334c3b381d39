"""The load generator, wired: its proof is kept for a day, its answers are held against contracts after the run."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from truemirror.adapters.load_runs import Kept, LoadRuns
    from truemirror.adapters.load_runs.calibrating import Proof
    from truemirror.config import Config
    from truemirror.core.load.calibration import Calibration
    from truemirror.core.load.profile import Profile
    from truemirror.core.load.ran import Held
    from truemirror.core.wire.exchange import Exchange
    from truemirror.usecases.load import Heard, Made, Order, Wish

_TWICE = 2.0


class LoadGenerator:
    """Locust as a process; meets `truemirror.usecases.load.Generator`."""

    def __init__(self, config: Config, wish: Wish) -> None:
        """Nothing is started. A single process stays on one core, the mirrors are on another."""
        from truemirror.usecases.load_held import Answers

        self._config = config
        self._wish = wish
        self._answers = Answers()

    def make(self, order: Order, heard: Heard) -> Made:
        """Make a run. Raises CouldNotRun, UsageError."""
        from truemirror.core.load.document import Run

        run = Run(
            order.profile,
            order.addresses,
            order.seconds,
            order.workers,
            failing_share=order.failing_share,
            sampled_share=order.sampled_share,
        )
        return self._runs().make(run, heard, self._keep)

    def calibration(self, profile: Profile, workers: int) -> Calibration:
        """What it can do here, as it was proven today for such flows, or is now. Raises CouldNotRun."""
        from truemirror.adapters.load_files import cache_folder, keep_proof, kept_proof
        from truemirror.adapters.load_runs.calibrating import RATES, calibrate, fingerprint
        from truemirror.core.load.calibration import complaints
        from truemirror.core.load.places import calls_a_flow
        from truemirror.usecases.load import tightest_of

        tightest, calls = tightest_of(profile), max(1, round(calls_a_flow(profile.flows)))
        rate = max([profile.arrivals.rate, *(stage.rate for stage in profile.stages)])
        file = cache_folder(os.environ) / f"{fingerprint()}-{workers}-{calls}-{tightest:g}.json"
        kept = kept_proof(file, time.time())
        proof = _proof(kept) if kept else None
        if proof is None or not _reaches(proof, tightest, rate):
            higher = next((one for one in RATES if one > _TWICE * rate), None)
            rates = (_TWICE * rate, higher) if higher else (_TWICE * rate,)
            proof = calibrate(self._runs(), tightest, rates=rates, workers=workers, calls=calls)
            if not complaints(proof.calibration(tightest, rate), None, rate):
                keep_proof(file, _document(proof), time.time())
        return proof.calibration(tightest, rate)

    def canary(self) -> float:
        """Milliseconds of a fixed piece of work."""
        from truemirror.adapters.load_runs.calibrating import canary

        return canary()

    def held(self) -> Held:
        """What the answers that were kept of the run say of their contracts. Raises FormatError, StoreError."""
        from truemirror.bootstrap import conformance
        from truemirror.usecases.load_held import hold
        from truemirror.usecases.redact import Redactor, policy_of

        redactor = Redactor(policy_of(self._config.redaction))

        def clean(exchange: Exchange) -> Exchange:
            """Without secrets."""
            return redactor.redact(exchange, "load")

        return hold(self._answers.all(), lambda name: conformance(self._config, name), clean)

    def _keep(self, kept: Kept) -> None:
        """An answer was kept."""
        self._answers.keep(kept.service, kept.exchange, kept.error)

    def _runs(self) -> LoadRuns:
        """Where a run is made."""
        from truemirror.adapters.load_places import on_core
        from truemirror.adapters.load_runs import LoadRuns

        return LoadRuns(on_core(0) if self._wish.processes == 1 else ())


def _document(proof: Proof) -> dict[str, object]:
    """A proof as JSON."""
    steps = [[one.rate, one.made, one.lag_p99_ms, one.null_mean_ms] for one in proof.steps]
    return {"steps": steps, "delay": [proof.delay_ms, proof.delay_read_ms, proof.delay_null_ms]}


def _proof(kept: Mapping[str, Any]) -> Proof | None:
    """A proof that was kept; None for what is none."""
    from truemirror.adapters.load_runs.calibrating import Proof
    from truemirror.core.load.calibration import Step

    try:
        steps = tuple(Step(*(float(value) for value in step)) for step in kept["steps"])
        return Proof(steps, *(float(value) for value in kept["delay"]))
    except (KeyError, TypeError, ValueError):
        return None


def _reaches(proof: Proof, tightest: float, rate: float) -> bool:
    """Whether a proof goes to twice a rate. What found its end before may tell of a busy moment: again."""
    from truemirror.core.load.calibration import highest_rate

    return highest_rate(proof.steps, tightest) >= _TWICE * rate
