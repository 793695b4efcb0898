"""What lists of the journal show of a scan and of a device. No database here.

Text that the operator typed is as it was typed; the target is escaped for showing.
"""

import msgspec

from medscan_gui.core.device import Device
from medscan_gui.core.words import Light, Stop, TargetKind, VerdictKind


class ScanSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One scan in a list. Times are as in the record; counts are items."""

    id: str
    #: Number of the entry that began the scan: lists are ordered by it, since clocks of old computers are wrong.
    sequence: int
    started: str
    #: "" while it runs, and for a scan that was cut off.
    ended: str
    #: The device as it is known today; the record keeps what was known then.
    device: Device
    operator: str
    target: str
    target_kind: TargetKind
    #: SCANNING while a living MedScan runs it.
    light: Light
    verdict: VerdictKind | None
    stop: Stop | None
    threats: int
    not_read: int


class DeviceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One device in a list, with what is known of its scans."""

    device: Device
    #: Light of the latest scan that has ended; IDLE if there is none.
    light: Light = Light.IDLE
    #: When that scan started; "" if there is none.
    latest_scan: str = ""
    latest_scan_id: str = ""
    scans: int = 0
    #: A scan of this device is running now.
    scanning: bool = False
    #: Threats that were found, not removed, and not found gone by a later complete scan of the same place.
    threats_open: int = 0

    @property
    def never_scanned(self) -> bool:
        """The device is known, but no scan of it is recorded."""
        return self.scans == 0
