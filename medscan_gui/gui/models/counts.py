"""How much one scan read, in words: files, and the members of archives that were looked into."""

from medscan_gui.core.coverage import Coverage
from medscan_gui.core.device import Target
from medscan_gui.core.text import _, ngettext_
from medscan_gui.core.words import TargetKind
from medscan_gui.gui.models.phrases import number


def counted_words(coverage: Coverage, target: Target) -> str:
    """Return what was counted: "119,538 files and 5,403 members of archives"."""
    outer = coverage.items_counted - coverage.members
    if target.kind is TargetKind.COMPUTER:  # memory and sectors are counted with them
        said = ngettext_("{count} item", "{count} items", outer).format(count=number(outer))
    else:
        said = ngettext_("{count} file", "{count} files", outer).format(count=number(outer))
    if coverage.members <= 0:
        return said
    members = ngettext_("{count} member of an archive", "{count} members of archives", coverage.members)
    return _("{files} and {members}").format(files=said, members=members.format(count=number(coverage.members)))


def read_words(coverage: Coverage, target: Target) -> str:
    """Return what was read; in detail only if that was everything: nobody counts which part of the rest are members."""
    if coverage.members > 0 and coverage.items_read == coverage.items_counted:
        return _("{items} read").format(items=counted_words(coverage, target))
    read = coverage.items_read
    return ngettext_("{count} item read", "{count} items read", read).format(count=number(read))
