"""What all services of the CRM share: errors, envelopes, negotiation, tracing, neighbours."""
