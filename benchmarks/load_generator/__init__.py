"""Load generators side by side: the highest honest rate of arrivals, how a known delay is read, requests a second."""
