"""What lists of the journal show of a scan, an action and a device. No database here.

Text that the operator typed is as it was typed; the target is escaped for showing.
"""

import msgspec

from medscan_gui.core.action import ActionKind, ActionStop
from medscan_gui.core.device import Device
from medscan_gui.core.policy import CardOrigin
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
    #: Threats among them whose content the hospital accepts.
    accepted: int = 0
    #: For the scan that verifies a clean-up: the scan it follows, and the clean-up's action. "" for others.
    follows: str = ""
    action: str = ""


class ActionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One action in a list. Times are as in its record; counts are files."""

    id: str
    #: Number of the entry that began the action: lists are ordered by it.
    sequence: int
    kind: ActionKind
    started: str
    #: "" while it runs.
    ended: str
    #: The device as it is known today; the record keeps what was known then.
    device: Device
    operator: str
    target: str
    #: The scan whose threats these were; "" if they were of several.
    scan_id: str
    #: None while it runs, or if its MedScan died and the action is not settled yet.
    stop: ActionStop | None
    #: Files that the operator asked for, and what became of them.
    wanted: int
    done: int
    not_done: int
    uncertain: int
    #: Where an export went, escaped for showing.
    destination: str

    @property
    def running(self) -> bool:
        """The action has no end yet."""
        return self.stop is None


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
    #: Day on which the next scan is due, as ISO date; "" if none is. From the card in force and the last
    #: complete scan; with an interval and no complete scan yet, the day on which the card was saved.
    next_scan: str = ""
    #: Whose card is in force; None if the defaults are.
    card_origin: CardOrigin | None = None

    @property
    def never_scanned(self) -> bool:
        """The device is known, but no scan of it is recorded."""
        return self.scans == 0
