"""Whole flows in a browser: what a test did, what its pages asked, and how two walks compare."""
