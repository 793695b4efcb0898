"""One clean-up or restore in a process of its own, for tests that kill it or make its system calls fail.

`python -m tests.fault_driver clean_up|restore DATA_DIR SCAN_ID` says "ready", waits for a line, and begins.
"""

import sys
from pathlib import Path

import msgspec

from medscan_gui.core.finding import FileIdentity, Finding
from medscan_gui.core.names import path_of
from medscan_gui.core.quarantine import EntryState, VaultEntry
from medscan_gui.response.clean_up import CleanUpRequest, CleanUpSession
from medscan_gui.response.quarantine import Quarantine
from medscan_gui.services import Services, open_services
from medscan_gui.system.paths import find_paths


def clean_up(services: Services, scan_id: str) -> None:
    """Clean up everything that this scan found, in the files that are there now."""
    record = services.journal.record(scan_id)
    # Each run writes the disk anew: the same files to a scan, but for the numbers the system gives them.
    found = tuple(msgspec.structs.replace(one, identity=_identity(one)) for one in record.findings)
    request = CleanUpRequest(msgspec.structs.replace(record, findings=found), operator="tester")
    for _event in CleanUpSession(services, request).events():
        pass


def _identity(found: Finding) -> FileIdentity:
    return FileIdentity.of(Path(path_of(found.chain[0])).stat())


def restore(services: Services) -> None:
    """Put everything back."""
    quarantine = Quarantine(services)
    held = [
        entry.id
        for entry in quarantine.entries()
        if isinstance(entry, VaultEntry) and entry.state is EntryState.QUARANTINED
    ]
    for _event in quarantine.restore(held, operator="tester").events():
        pass


def main(mode: str, data_dir: str, scan_id: str) -> int:
    """Do it. Errors that the operator would be told of are no fault of this process."""
    services = open_services(find_paths(Path(data_dir)))
    try:
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()
        if mode == "clean_up":
            clean_up(services, scan_id)
        else:
            restore(services)
    finally:
        services.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
