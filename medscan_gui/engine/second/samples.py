"""What an engine is given before it is believed: harmless, and made in memory."""

import gzip

from medscan_gui.engine.orders import self_test_sample

__all__ = ["HARMLESS", "nested", "self_test_sample"]

#: No signature has any business to match it.
HARMLESS = b"A plain text of a harmless file, given to a second engine to see what it says.\r\n"

#: More levels than ClamAV can be told to enter (100, MaxRecursion in clamd.conf(5)).
_LEVELS = 120


def nested() -> bytes:
    """Return archives within archives, deeper than ClamAV looks: whoever answers "OK" hides its limits."""
    content = HARMLESS
    for _level in range(_LEVELS):
        content = gzip.compress(content, mtime=0)
    return content
