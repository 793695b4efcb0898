"""Real services on a temporary folder, for the tests of the pages."""

import uuid
from pathlib import Path

import msgspec

from medscan_gui.session import Services
from medscan_gui.store.journal import Journal, NoJournal
from medscan_gui.store.settings import SettingsStore
from medscan_gui.system.host import host_identity
from medscan_gui.system.paths import Paths, find_paths


def paths_in(folder: Path) -> Paths:
    """Return the program's places with all that is kept in `folder`, the machine's policy included."""
    found = find_paths(folder, environment={})
    return Paths(**({name: getattr(found, name) for name in found.__slots__} | {"policy_file": folder / "policy.json"}))


def services_in(folder: Path, journal: Journal | NoJournal | None = None) -> Services:
    """Return services whose journal, settings and reports lie in `folder`."""
    paths = paths_in(folder)
    opened = journal if journal is not None else Journal.open(folder, removable=False)
    return Services(paths=paths, settings=SettingsStore(paths), journal=opened, host=host_identity())


def fresh_id() -> str:
    """Return an id that no other record has."""
    return str(uuid.uuid4())


replace = msgspec.structs.replace
