"""The one budget of everything that one file unfolds to. Spent is spent: no opener can go on, none can hide it."""

import time
from collections.abc import Callable

from medscan_gui.core.words import Cause, Outcome
from medscan_gui.engine.limits import UnpackLimits
from medscan_gui.engine.troubles import Ending

#: What openers may read: so many times what there is to read, and this much. Healthy ones read a text a few times.
_READS, _READS_LEAST = 64, 64 << 20


class BudgetSpentError(BaseException):
    """A bound of the whole tree is reached. Not an Exception: no handler of a library may swallow it."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.ending: Ending = (Outcome.LIMIT_REACHED, cause, "")


class Budget:
    """Bytes out, members, seconds and memory of one file's tree. Times are seconds of `clock`."""

    def __init__(
        self,
        limits: UnpackLimits,
        outer_size: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`outer_size` is that of the file; `seconds` are left for it."""
        self._limits = limits
        self._clock = clock
        self._until = clock() + seconds
        allowed = outer_size * limits.bytes_per_byte
        self._bytes_left = min(max(allowed, limits.bytes_least), limits.bytes_most)
        self._bytes_cause = Cause.TOO_MANY_BYTES if allowed > limits.bytes_most else Cause.RATIO
        allowed = outer_size // limits.bytes_per_member
        self._members_left = min(max(allowed, limits.members_least), limits.members)
        self._memory_left = limits.memory
        self._spent: Cause | None = None
        self._reads_left = outer_size * _READS + _READS_LEAST

    @property
    def spent(self) -> bool:
        """Nothing more may be unpacked."""
        return self._spent is not None

    @property
    def bytes_left(self) -> int:
        """Bytes that may still come out, all together."""
        return self._bytes_left

    @property
    def members_left(self) -> int:
        """Members that may still be looked at."""
        return self._members_left

    def seconds_left(self) -> float:
        """Seconds that are left; 0.0 or less if none are."""
        return self._until - self._clock()

    def charge(self, size: int) -> None:
        """Charge bytes that came out, kept or not. Raises BudgetSpentError."""
        self._bytes_left -= size
        self._reads_left += size * _READS
        if self._bytes_left < 0:
            self._spend(self._bytes_cause)
        self.check()

    def charge_read(self, size: int) -> None:
        """Charge bytes that an opener read of what it opens. Raises BudgetSpentError."""
        self._reads_left -= size
        if self._reads_left < 0:
            self._spend(Cause.UNPACKING_TOO_SLOW)

    def charge_member(self) -> None:
        """Charge one member, looked at or not. Raises BudgetSpentError."""
        self._members_left -= 1
        if self._members_left < 0:
            self._spend(Cause.TOO_MANY_MEMBERS)
        self.check()

    def check(self) -> None:
        """Look at the clock; long loops that give nothing call it. Raises BudgetSpentError."""
        if self._spent is not None:
            raise BudgetSpentError(self._spent)
        if self._clock() > self._until:
            self._spend(Cause.UNPACKING_TOO_SLOW)

    def take_memory(self, size: int) -> bool:
        """Take memory for a member, if there is enough; it is given back with `give_memory`."""
        if size > self._memory_left:
            return False
        self._memory_left -= size
        return True

    def give_memory(self, size: int) -> None:
        """Give back what was taken."""
        self._memory_left += size

    def _spend(self, cause: Cause) -> None:
        self._spent = cause
        raise BudgetSpentError(cause)
