"""Sentences of drives, places and the host."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "system.no_data_folder": N_(
        "MedScan found no folder where it may keep its journal. Scans still work, but are not recorded. "
        "Start it from a key that can be written, or give it a folder (--data-dir)."
    ),
    "system.portable_read_only": N_(
        "The MedScan key cannot be written: the journal, settings and reports are kept on this computer, in {folder}."
    ),
    "system.no_viewer": N_("This computer has no program to open {file}. Open it on another computer."),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
