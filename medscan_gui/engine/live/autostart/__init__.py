"""Entries by which something starts by itself: where they are, what they say, which programs they start."""
