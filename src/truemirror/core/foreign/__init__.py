"""Recordings of other tools, read into exchanges and written from them.

Rules: documents in, values out. What cannot be carried over is named, with why and what to do; nothing is dropped in
silence and nothing is fetched.
"""
