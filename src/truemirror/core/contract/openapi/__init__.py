"""OpenAPI and AsyncAPI documents as what a service offers, whatever version they are written in."""
