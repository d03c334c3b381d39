"""What consumers need of a provider."""
