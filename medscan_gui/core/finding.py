"""Findings and the items that could not be read."""

import msgspec

from medscan_gui.core.names import shown_chain
from medscan_gui.core.words import SEVERITY_ORDER, Cause, Outcome, Severity


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One signature that matched one Item.

    `chain` holds raw name bytes: the file's path, then member names inside containers.
    `sha256` is that of the matched file, in lower-case hexadecimal, or "" if it could not be read
    again; `size` is in bytes. `author` travels with every mention of the rule: licences ask it.
    """

    chain: tuple[bytes, ...]
    rule: str
    rule_file: str
    severity: Severity
    family: str = ""
    author: str = ""
    description: str = ""
    reference: str = ""
    sha256: str = ""
    size: int = 0
    engine: str = "yara"
    #: True once clean-up has removed the item *and* verified that it is gone.
    removed: bool = False

    @property
    def where(self) -> str:
        """Where the item lies, escaped for showing."""
        return shown_chain(self.chain)


class ItemProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One Item that was not, or not wholly, looked at, and why."""

    chain: tuple[bytes, ...]
    outcome: Outcome
    cause: Cause = Cause.NONE
    #: For technicians: an operating-system error name, a signal name, a rule. Never translated.
    detail: str = ""

    @property
    def where(self) -> str:
        """Where the item lies, escaped for showing."""
        return shown_chain(self.chain)


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings, worst severity first, then by place."""
    return tuple(sorted(findings, key=lambda found: (SEVERITY_ORDER[found.severity], found.chain, found.rule)))
