"""Sentences of the journal, settings and bundles."""

from medscan_gui.core.sentences.mark import N_  # noqa: F401

SENTENCES: dict[str, str] = {}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
