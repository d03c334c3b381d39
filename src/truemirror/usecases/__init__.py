"""The floor that orders the steps: what happens after what, over ports and core decisions. No I/O of its own."""
