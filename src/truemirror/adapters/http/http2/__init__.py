"""HTTP/2 towards clients: streams taken apart in front of the code that answers HTTP/1.1."""
