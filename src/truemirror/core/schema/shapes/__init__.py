"""What values of a term look like, spelt out so that somebody can draw them: cases, and a shape for each kind.

Rules: nothing is drawn here; a shape may promise too much, so whoever draws checks what came out against the term, and
falls back on the values that the solver knows.
"""
