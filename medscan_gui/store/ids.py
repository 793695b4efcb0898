"""Identifiers that sort by time: UUID version 7 (RFC 9562), which Python has only from 3.14 on."""

import secrets
import uuid
from datetime import datetime


def time_ordered_id(moment: datetime) -> str:
    """Return a new UUIDv7 for `moment` (with a time zone): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = max(0, int(moment.timestamp() * 1000)) & ((1 << 48) - 1)
    value = milliseconds << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | (0x7 << 76)  # version 7
    value = value & ~(0x3 << 62) | (0x2 << 62)  # RFC 9562 variant
    return str(uuid.UUID(int=value))
