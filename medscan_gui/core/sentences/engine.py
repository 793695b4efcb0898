"""Sentences of the scan engine and its supervisor."""

from medscan_gui.core.sentences.mark import N_  # noqa: F401

SENTENCES: dict[str, str] = {}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
