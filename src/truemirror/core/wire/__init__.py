"""What travels: headers, bodies, requests, outcomes, exchanges."""
