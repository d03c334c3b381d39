"""The command line: one file per command, each turning arguments into one use case, its result into text and a code."""
