"""What the operator is told before, during and after a clean-up. Plain, and never more than is so."""

from collections import Counter
from typing import TYPE_CHECKING

from medscan_gui.core.action import ActionKind, ActionRecord, ItemResult
from medscan_gui.core.device import Target
from medscan_gui.core.names import shown
from medscan_gui.core.record import ScanRecord
from medscan_gui.core.text import _, current, ngettext_
from medscan_gui.gui.models.phrases import number, size
from medscan_gui.gui.scan.targets import Choice

if TYPE_CHECKING:
    from medscan_gui.response.plan import CleanUpPlan
    from medscan_gui.system.paths import Paths

_NAME = 60
#: Reasons told beside the list, and the longest of them, in characters.
_REASONS, _REASON = 3, 300


def _count(template: str, count: int, **values: str) -> str:
    return template.format(count=number(count), **values)


def files_words(count: int) -> str:
    """Return a number of files in words."""
    return _count(ngettext_("{count} file", "{count} files", count), count)


def vault_words(paths: "Paths") -> str:
    """Return where the quarantine lies, as the end of a sentence."""
    if paths.mode == "portable" and not paths.portable_read_only:
        return _("in the quarantine on the MedScan key")
    return _("in the quarantine on this computer")


def question(plan: "CleanUpPlan", record: ScanRecord) -> str:
    """Return the one question of the confirmation."""
    taken = len(taken_files(plan))
    if not taken:
        return _("None of these files can be removed")
    return _count(
        ngettext_("Remove {count} file from {place}?", "Remove {count} files from {place}?", taken),
        taken,
        place=place_of(record),
    )


def place_of(record: ScanRecord) -> str:
    """Return what was scanned and whose it is: the medium, and the device if it has another name."""
    target, device = Choice(record.target).title, shown(record.device.title, _NAME)
    if not device or device == target:
        return _("“{target}”").format(target=target)
    return _("“{target}” ({device})").format(target=target, device=device)


def taken_files(plan: "CleanUpPlan") -> list[int]:
    """Return the places in the plan of the files that will be taken."""
    return [place for place, file in enumerate(plan.files) if file.obstacle is None]


def what_happens(plan: "CleanUpPlan", paths: "Paths") -> list[str]:
    """Return what will happen, step by step; empty if nothing can be removed."""
    taken = [plan.files[place] for place in taken_files(plan)]
    if not taken:
        return []
    octets = size(sum(file.size for file in taken))
    count = len(taken)
    steps = [
        _count(
            ngettext_(
                "The file ({size}) is copied, encrypted, and kept {vault}. Only then is it removed.",
                "Each file is copied ({size} together), encrypted, and kept {vault}. Only then is it removed.",
                count,
            ),
            count,
            size=octets,
            vault=vault_words(paths),
        )
    ]
    if any(file.members for file in taken):
        steps.append(_("An archive that holds a threat is taken whole, with everything in it."))
    steps.append(_("Then the places concerned are read again. The light turns green only if no threat is left."))
    steps.append(
        _("Nothing is lost: the page Quarantine puts files back as they were. Everything is noted in the journal.")
    )
    return steps


def allowed_words(record: ScanRecord) -> str:
    """Return by whose approval a device other than a medium may be cleaned; "" if there is nothing to say."""
    if record.card is None or record.target.removable:
        return ""
    if approval := record.card.card.approval:
        return _("The policy card of this device allows it. Approval: {reference}.").format(
            reference=shown(approval, 120)
        )
    return _("The policy card of this device allows it, but names no approval of the manufacturer.")


def left_words(plan: "CleanUpPlan") -> str:
    """Return what stays in place, and what to do about it; "" if everything is taken."""
    left = len(plan.files) - len(taken_files(plan))
    if not left:
        return ""
    said = _count(
        ngettext_(
            "{count} file cannot be removed and stays where it is: the list says why. The light stays red.",
            "{count} files cannot be removed and stay where they are: the list says why. The light stays red.",
            left,
        ),
        left,
    )
    if any(file.obstacle is not None and file.obstacle.code.startswith("protected.") for file in plan.files):
        said += " " + _("Isolate the device and call its manufacturer.")
    return "\n".join([said, *_reasons(plan)])


def _reasons(plan: "CleanUpPlan") -> list[str]:
    """Return the most frequent reasons for which files stay."""
    words = current()
    reasons = Counter(words.sentence(file.obstacle) for file in plan.files if file.obstacle is not None)
    return [
        _("{number} × {reason}").format(number=number(count), reason=shown(reason, _REASON))
        for reason, count in reasons.most_common(_REASONS)
    ]


def cleaning_words(target: Target | None, whose: str, *, paused: bool) -> tuple[str, str, str]:
    """Return headline, subject and second line during a clean-up."""
    words = _("The clean-up is paused") if paused else _("Removing threats…")
    return words, Choice(target).title if target else "", whose


def verifying_words(target: Target | None, whose: str, *, paused: bool) -> tuple[str, str, str]:
    """Return headline, subject and second line during the scan that verifies a clean-up."""
    words = _("The check is paused") if paused else _("Checking that they are gone…")
    return words, Choice(target).title if target else "", whose


def done_words(action: ActionRecord) -> str:
    """Return what became of the files of an action, in one sentence or two."""
    done, wanted = action.count(ItemResult.DONE), max(action.wanted, len(action.items))
    if done == wanted:
        return _count(_all_done(action.kind, done), done)
    if not done:
        return _none_done(action.kind) + " " + _("The list says why.")
    some = _("{done} of {wanted} files: {what}.").format(
        done=number(done), wanted=number(wanted), what=_what(action.kind)
    )
    return some + " " + _("The list says what became of each.")


def _all_done(kind: ActionKind, count: int) -> str:
    match kind:
        case ActionKind.CLEAN_UP:
            return ngettext_(
                "{count} file was moved into the quarantine.", "{count} files were moved into the quarantine.", count
            )
        case ActionKind.RESTORE:
            return ngettext_("{count} file was put back.", "{count} files were put back.", count)
        case ActionKind.DESTROY:
            return ngettext_("{count} file was destroyed.", "{count} files were destroyed.", count)
        case ActionKind.EXPORT:
            return ngettext_("{count} file was exported.", "{count} files were exported.", count)
        case ActionKind.SETTLE:
            return ngettext_(
                "{count} file that was left half-way is settled.",
                "{count} files that were left half-way are settled.",
                count,
            )


def _none_done(kind: ActionKind) -> str:
    return {
        ActionKind.CLEAN_UP: _("No file was moved into the quarantine."),
        ActionKind.RESTORE: _("No file was put back."),
        ActionKind.DESTROY: _("No file was destroyed."),
        ActionKind.EXPORT: _("No file was exported."),
        ActionKind.SETTLE: _("No file could be settled."),
    }[kind]


def _what(kind: ActionKind) -> str:
    return {
        ActionKind.CLEAN_UP: _("moved into the quarantine"),
        ActionKind.RESTORE: _("put back"),
        ActionKind.DESTROY: _("destroyed"),
        ActionKind.EXPORT: _("exported"),
        ActionKind.SETTLE: _("settled"),
    }[kind]
