"""Where the scan page stands."""

from enum import Enum, auto


class Stage(Enum):
    """Before, during, after a scan."""

    READY = auto()
    RUNNING = auto()
    RESULT = auto()
