"""The load generator: what runs inside Locust's process, and nowhere else.

Rules: only modules here import locust or gevent, and nobody imports those modules; the generator is started as a
process (`python -m truemirror.adapters.locust`), because importing locust patches the whole process it is in.
"""
