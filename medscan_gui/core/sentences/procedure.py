"""Sentences of the hospital's procedure."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "procedure.not_readable": N_(
        "The hospital’s procedure “{file}” could not be read ({detail}), so the text that comes with MedScan is shown. "
        "Tell whoever looks after MedScan."
    ),
    "procedure.not_text": N_(
        "The hospital’s procedure “{file}” is not text in UTF-8, so the text that comes with MedScan is shown. "
        "Save it again as UTF-8."
    ),
    "procedure.no_steps": N_(
        "The hospital’s procedure “{file}” holds no list of steps, so the text that comes with MedScan is shown. "
        "Write each step as an item of a list, beginning with “1.” or “-”."
    ),
    "procedure.missing": N_(
        "The procedure that comes with MedScan is missing or damaged. Copy MedScan again from the station, "
        "and follow the advice beside the light."
    ),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {
    "procedure.too_large": (
        N_(
            "The hospital’s procedure “{file}” is larger than {count} byte, so the text that comes with MedScan is "
            "shown. Shorten it."
        ),
        N_(
            "The hospital’s procedure “{file}” is larger than {count} bytes, so the text that comes with MedScan is "
            "shown. Shorten it."
        ),
    ),
    "procedure.too_many_steps": (
        N_(
            "The hospital’s procedure “{file}” has more than {count} step, so the text that comes with MedScan is "
            "shown. Shorten it."
        ),
        N_(
            "The hospital’s procedure “{file}” has more than {count} steps, so the text that comes with MedScan is "
            "shown. Shorten it."
        ),
    ),
    "procedure.too_long": (
        N_(
            "In the hospital’s procedure “{file}” one text is longer than {count} character, so the text that comes "
            "with MedScan is shown. Split it into several steps."
        ),
        N_(
            "In the hospital’s procedure “{file}” one text is longer than {count} characters, so the text that comes "
            "with MedScan is shown. Split it into several steps."
        ),
    ),
}
