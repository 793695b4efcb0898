"""Where the scan page stands."""

from enum import Enum, auto


class Stage(Enum):
    """Before, during, after a scan; and during a clean-up, which a scan follows."""

    READY = auto()
    CLEANING = auto()
    RUNNING = auto()
    RESULT = auto()
