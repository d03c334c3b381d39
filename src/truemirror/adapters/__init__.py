"""The edges: one outside thing each. Adapters know ports, use cases and the core, never one another."""
