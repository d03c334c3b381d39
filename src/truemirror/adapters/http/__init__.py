"""HTTP over sockets: asking upstreams, recording what passes through, answering from mirrors."""
