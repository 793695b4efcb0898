"""Sentences of one scan as the operator lives it, and of the command line."""

from medscan_gui.core.sentences.mark import N_  # noqa: F401

SENTENCES: dict[str, str] = {}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
