"""Side by side with peers, in one run, as ratios: `python -m benchmarks.mirror_server` and `.in_process`."""
