"""Sentences of reading, removing and putting back single files."""

SENTENCES: dict[str, str] = {}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
