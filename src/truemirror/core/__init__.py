"""The floor that decides: values in, values out.

No clock, ids, randomness, files, sockets or threads below this package: what it needs from the world is passed in.
"""
