"""Which state of an entry may follow which: the only place that says so."""

from medscan_gui.core.quarantine import EntryState

STEPS: dict[EntryState, frozenset[EntryState]] = {
    EntryState.COPYING: frozenset({EntryState.COPIED, EntryState.ABANDONED}),
    EntryState.COPIED: frozenset({EntryState.REMOVING, EntryState.ABANDONED}),
    EntryState.REMOVING: frozenset({EntryState.QUARANTINED, EntryState.COPIED, EntryState.ABANDONED}),
    EntryState.QUARANTINED: frozenset({EntryState.RESTORING, EntryState.DESTROYED}),
    EntryState.RESTORING: frozenset({EntryState.RESTORED, EntryState.QUARANTINED}),
    EntryState.RESTORED: frozenset({EntryState.DESTROYED}),
    EntryState.DESTROYED: frozenset(),
    EntryState.ABANDONED: frozenset(),
}

#: States whose sample is of no more use: it is deleted after the state was written.
WITHOUT_SAMPLE = frozenset({EntryState.ABANDONED, EntryState.DESTROYED})


def may_follow(before: EntryState, after: EntryState) -> bool:
    """Say whether an entry may go from one state to the other."""
    return after in STEPS[before]
