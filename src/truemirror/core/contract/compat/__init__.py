"""Whether a change of a contract breaks anybody: what differs, what that means for whom, and a value that shows it."""
