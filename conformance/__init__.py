"""Wire-level conformance of recorders and replayers: raw bytes in, raw bytes out.

Rules: a case knows bytes, pauses and ends of connections, and nothing of any recorder; a subject knows how to start one
recorder, and nothing of any case. What is right is what a client sees that asks the upstream without anybody between.
"""
