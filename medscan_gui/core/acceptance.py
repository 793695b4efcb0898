"""Files that the hospital accepts although a signature matches them: by content only, never by name or place."""

import msgspec


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """One file's content that is accepted: who said so, why, and until when.

    `sha256` is lower-case hexadecimal. Times are as in the records (`core.record.timestamp`). The latest
    acceptance of a content counts; one that is `withdrawn` ends those before it.
    """

    sha256: str
    reason: str
    person: str
    accepted: str
    #: Last day on which it counts, as ISO date (``2027-05-31``); "" for no end.
    until: str = ""
    withdrawn: bool = False
    #: Name by which people know the file, escaped for showing; it decides nothing.
    shown_name: str = ""
    #: The scan in whose result it was accepted; "" if it was typed.
    scan_id: str = ""

    def counts_on(self, day: str) -> bool:
        """Say whether it counts on this day, an ISO date (they sort as text)."""
        return not self.withdrawn and (not self.until or day <= self.until)
