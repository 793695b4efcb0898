"""Sentences of the clean-up, its refusals and its results."""

SENTENCES: dict[str, str] = {}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
