"""How much of a scan is done, and how long the rest will take.

A file costs a fixed part (open, match, report) and a part by its size. On the sticks and disks
measured, the two are about equal at some tens of KiB; the share of work done is counted in that
mixed unit, so that neither 100,000 tiny files nor one huge one makes the bar lie.
"""

#: Bytes whose reading costs about as much as one more file.
FILE_WEIGHT = 32_768

#: No time is promised before this much work time (seconds) and this share of the work.
_MIN_ELAPSED = 2.0
_MIN_FRACTION = 0.01

#: Weight of the newest speed in the smoothed one, for each second that passed.
_SMOOTHING = 0.15


class Estimator:
    """Follows one scan; times in seconds of any steady clock, pauses excluded by `pause`."""

    def __init__(self, now: float) -> None:
        self._last = now
        self._worked = 0.0
        self._paused = False
        self._last_fraction = 0.0
        self._speed: float | None = None

    def pause(self, now: float, paused: bool) -> None:
        """Stop or restart the clock of the work."""
        self._advance(now)
        self._paused = paused

    def _advance(self, now: float) -> float:
        passed = max(0.0, now - self._last)
        self._last = now
        if not self._paused:
            self._worked += passed
        return 0.0 if self._paused else passed

    @staticmethod
    def fraction(items_done: int, items_total: int, bytes_done: int, bytes_total: int) -> float:
        """Return the share of the work that is done, 0 to 1."""
        whole = bytes_total + items_total * FILE_WEIGHT
        done = bytes_done + items_done * FILE_WEIGHT
        return min(1.0, done / whole) if whole > 0 else 0.0

    def left(self, now: float, fraction: float) -> float | None:
        """Return the estimated seconds left, or None as long as it would be a guess."""
        passed = self._advance(now)
        gained = fraction - self._last_fraction
        if passed > 0.0:
            newest = max(0.0, gained) / passed
            share = 1.0 - (1.0 - _SMOOTHING) ** passed
            self._speed = newest if self._speed is None else self._speed + share * (newest - self._speed)
            self._last_fraction = fraction
        if self._worked < _MIN_ELAPSED or fraction < _MIN_FRACTION:
            return None
        mean = fraction / self._worked
        # The smoothed speed follows a change of pace; the mean keeps one huge file from making it wild.
        speed = mean if self._speed is None else (mean + self._speed) / 2
        return (1.0 - fraction) / speed
