"""Sentences of signature bundles that are refused."""

from medscan_gui.core.sentences.mark import N_

SENTENCES: dict[str, str] = {
    "bundle.missing_manifest": N_(
        "No signatures were found beside the program, so nothing could be scanned. "
        "Copy MedScan again from its original, with all its folders."
    ),
    "bundle.bad_manifest": N_(
        "The list of signatures (manifest.json) is damaged or was altered ({detail}), so none of them is used. "
        "Copy the signatures again from the station."
    ),
    "bundle.newer_format": N_(
        "The signatures are made for a newer MedScan (format {found}; this program reads format {expected}). "
        "Update MedScan, or use the signatures that came with it."
    ),
    "bundle.missing_file": N_(
        "The signature file {path} is missing. A part of the signatures could miss threats, so none is used. "
        "An antivirus may have removed it: copy the signatures again, and allow MedScan’s folder there."
    ),
    "bundle.extra_file": N_(
        "The signature file {path} does not belong to these signatures, so none of them is used. "
        "Find out who put it there, then remove it or copy the signatures again from the station."
    ),
    "bundle.altered_file": N_(
        "The signature file {path} is damaged or was altered, so none of the signatures is used. "
        "Copy the signatures again from the station."
    ),
    "bundle.bad_rule_file": N_(
        "The signature file {path} cannot be understood ({detail}), so none of the signatures is used. "
        "Tell those who sent you these signatures."
    ),
    "bundle.wrong_count": N_(
        "{path} announces {expected} signatures but {found} are there, so none is used. "
        "Copy the signatures again from the station."
    ),
    "bundle.no_self_test": N_(
        "The signatures lack the one that tests MedScan itself ({rule}), so none is used. "
        "Tell those who sent you these signatures."
    ),
    "bundle.too_large": N_(
        "The signatures are larger than MedScan accepts ({path}, limit {limit}), so none is used. "
        "Copy the signatures again from the station."
    ),
    "bundle.not_a_file": N_(
        "{path} among the signatures is a link or a device, not an ordinary file, so none of the signatures is used. "
        "Copy the signatures again from the station."
    ),
    "bundle.unreadable": N_(
        "{path} among the signatures cannot be read ({detail}), so none of them is used. "
        "Check that the key is plugged in and that you may read this folder, then try again."
    ),
}

PLURAL_SENTENCES: dict[str, tuple[str, str]] = {}
