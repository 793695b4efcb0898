r"""Contents that pretend to be something else: the name says one thing, the bytes say another.

Every finding makes the light red, so only what nobody does by accident is one: a program under the name of a picture,
a name that is written backwards by an invisible character, ``invoice.pdf.exe``. A shortcut called ``letter.doc.lnk``
is what Windows itself makes, and no finding.
"""

import re
from collections.abc import Callable

from medscan_gui.core.words import Severity
from medscan_gui.engine.file_kinds import FileType
from medscan_gui.engine.limits import NAME_BYTES
from medscan_gui.engine.match.base import RuleMatch
from medscan_gui.engine.protocol import MatchEngine

#: Real programs, by their headers.
PROGRAMS = frozenset({FileType.PE, FileType.DOS, FileType.ELF, FileType.MACHO})
_SHORTCUT = frozenset({FileType.LNK})
_STARTABLE = PROGRAMS | _SHORTCUT

_DOCUMENTS = rb"pdf|docx?|docm|xlsx?|xlsm|pptx?|pps|od[tsp]|rtf|txt|csv|eml|msg"
_PICTURES = rb"jpe?g|png|gif|bmp|tiff?|webp|svg|heic|dcm|dicom"
_MEDIA = rb"mp[34]|m4[av]|avi|mov|wmv|mkv|wav|mpe?g"
#: Endings that no program has: whoever opens such a file expects something to read, to look at or to hear.
_POSED_AS = re.compile(
    rb"\.(?:" + rb"|".join((_DOCUMENTS, _PICTURES, _MEDIA, rb"html?|xml|json|log|ini|css")) + rb")", re.IGNORECASE
)
_BLANK = rb"(?:[ \t_]|\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]|\xe2\x81\x9f|\xe3\x80\x80)"
#: Two endings, the second of which starts a program (Windows shows the first only, as it comes).
_DOUBLE_PROGRAM = re.compile(
    rb"\.(?:%b|%b|%b|html?)%b{0,200}\.(?:exe|scr|com|pif|cpl)" % (_DOCUMENTS, _PICTURES, _MEDIA, _BLANK), re.IGNORECASE
)
#: The same with a script, or with an installer, behind what only people write.
_DOUBLE_SCRIPT = re.compile(
    rb"\.(?:%b|%b|%b)%b{0,200}\.(?:bat|cmd|vbs|vbe|jse|wsf|wsh|hta|pif|ps1)" % (_DOCUMENTS, _PICTURES, _MEDIA, _BLANK),
    re.IGNORECASE,
)
_DOUBLE_JAVASCRIPT = re.compile(rb"\.(?:%b|%b)%b{0,200}\.(?:js|msi)" % (_DOCUMENTS, _PICTURES, _BLANK), re.IGNORECASE)
_BLANKS = re.compile(_BLANK + rb"{8,}\.(?:exe|scr|com|pif|cpl|bat|cmd|vbs|vbe|js|jse|wsf|hta|ps1|lnk)", re.IGNORECASE)
_TRAILING_BLANKS = re.compile(_BLANK + rb"{8,}\Z")
_SCRIPT_ENDINGS = frozenset({b".bat", b".cmd", b".vbs", b".vbe", b".jse", b".wsf", b".wsh", b".hta", b".pif", b".ps1"})

#: Characters that make what follows them be shown in another order: U+202B, U+202D, U+202E, U+2067, U+2068.
_REORDER = re.compile(rb"\xe2(?:\x80[\xab\xad\xae]|\x81[\xa7\xa8])")
_STARTS = re.compile(
    rb"\.(?:exe|scr|com|pif|cpl|bat|cmd|vbs|vbe|js|jse|wsf|wsh|hta|lnk|ps1|msi|jar|url|scf|reg|dll|chm|iso|img)",
    re.IGNORECASE,
)

#: autorun.inf: what starts by itself when a stick is plugged into an old Windows.
_AUTORUN = b"autorun.inf"
_AUTORUN_BYTES = 64 << 10
_AUTORUN_STARTS = re.compile(rb"^[ \t]*(?:open|shellexecute)[ \t]*=[ \t]*[\"']?[^\s\"';]", re.IGNORECASE | re.MULTILINE)


def _found(rule: str, severity: Severity, family: str, description: str, technique: str) -> RuleMatch:
    return RuleMatch(
        rule=rule,
        rule_file="",
        severity=severity,
        family=family,
        author="MedScan",
        description=description,
        reference=f"https://attack.mitre.org/techniques/{technique}/",
        engine=MatchEngine.FORM,
    )


_DISGUISE = "Disguised program"
_HIGH, _MEDIUM = Severity.HIGH, Severity.MEDIUM
NAMED_AS_DOCUMENT = _found(
    "MedScan_Disguise_Program_Named_As_Document",
    *(_HIGH, _DISGUISE),
    "Program that bears the name of a document, a picture or a recording",
    "T1036/008",
)
SHORTCUT_NAMED_AS_DOCUMENT = _found(
    "MedScan_Disguise_Shortcut_Named_As_Document",
    *(_MEDIUM, _DISGUISE),
    "Shortcut that bears the name of a document, a picture or a recording",
    "T1036/008",
)
DOUBLE_EXTENSION = _found(
    "MedScan_Disguise_Double_Extension",
    *(_HIGH, _DISGUISE),
    "Program that poses as a document by a double extension, such as .pdf.exe",
    "T1036/007",
)
DOUBLE_EXTENSION_SCRIPT = _found(
    "MedScan_Disguise_Double_Extension_Script",
    *(_HIGH, _DISGUISE),
    "Script that poses as a document by a double extension, such as .pdf.vbs",
    "T1036/007",
)
BLANKS = _found(
    "MedScan_Disguise_Spaces_Before_Extension",
    *(_HIGH, _DISGUISE),
    "Program or script that hides its extension behind many blanks",
    "T1036",
)
REVERSED = _found(
    "MedScan_Disguise_Reversed_Name",
    *(_HIGH, _DISGUISE),
    "Program or script whose name is written backwards by an invisible character",
    "T1036/002",
)
CONCEALED = _found(
    "MedScan_Form_Concealed_Program",
    *(_HIGH, "Concealed program"),
    "Program on a removable medium that is marked as hidden and as a part of the system, so that nobody sees it",
    "T1564/001",
)
AUTORUN = _found(
    "MedScan_Form_Concealed_Autorun",
    *(_HIGH, "Autorun worm"),
    "Autorun file that nobody sees (hidden, marked as the system's): an old Windows starts what it names at once",
    "T1091",
)


class Facts:
    """What is known of a content beside its name and bytes: by itself nothing."""

    #: It lies on a stick or the like.
    removable = False

    def concealed(self) -> bool:
        """Say whether it is marked both as hidden and as the system's."""
        return False


NO_FACTS = Facts()


def deceptions(
    name: bytes, types: tuple[FileType, ...], read: Callable[[int], bytes], facts: Facts = NO_FACTS
) -> list[RuleMatch]:
    """Return what a content of this raw name and these kinds pretends; most do nothing, and cost little.

    `name` may be a member's, with folders in it. `read` gives the content's first bytes, so many at most.
    """
    if _STARTABLE.isdisjoint(types):
        if name[-4:].lower() in _SCRIPT_ENDINGS or b"\xe2" in name:
            return _of_script(_last(name), facts)
        return _of_medium(_last(name), read, facts) if facts.removable else []
    return _of_program(_last(name), types, facts)


def _last(name: bytes) -> bytes:
    """Return a name without folders, and without what Windows leaves away at its end; of a long one, the end."""
    return name[max(name.rfind(b"/"), name.rfind(b"\\")) + 1 :].rstrip(b" .")[-NAME_BYTES:]


def _ending_at(name: bytes) -> int:
    return max(name.rfind(b"."), 0)


def _ends_with(two: "re.Pattern[bytes]", name: bytes) -> bool:
    """Say whether a name, beside what comes before, has two such endings."""
    before = name.rfind(b".", 0, _ending_at(name))
    return before > 0 and two.fullmatch(name, before) is not None


def _of_program(name: bytes, types: tuple[FileType, ...], facts: Facts) -> list[RuleMatch]:
    found = []
    program = not PROGRAMS.isdisjoint(types)
    if _reordered(name):
        found.append(REVERSED)
    elif program and _ends_with(_DOUBLE_PROGRAM, name):
        found.append(DOUBLE_EXTENSION)
    elif _double_script(name, facts):
        found.append(DOUBLE_EXTENSION_SCRIPT)
    elif _spaced(name):
        found.append(BLANKS)
    # A medical image that is a program as well has a finding of its own.
    elif _POSED_AS.fullmatch(name, _ending_at(name)) and FileType.DICOM not in types:
        found.append(NAMED_AS_DOCUMENT if program else SHORTCUT_NAMED_AS_DOCUMENT)
    if facts.removable and facts.concealed():
        found.append(CONCEALED)
    return found


def _of_script(name: bytes, facts: Facts) -> list[RuleMatch]:
    if _reordered(name):
        return [REVERSED]
    if _double_script(name, facts):
        return [DOUBLE_EXTENSION_SCRIPT]
    return [BLANKS] if _spaced(name) else []


def _double_script(name: bytes, facts: Facts) -> bool:
    if _ends_with(_DOUBLE_SCRIPT, name):
        return True
    # Where programs are developed, names like these are common; on a stick they are not.
    return facts.removable and _ends_with(_DOUBLE_JAVASCRIPT, name)


def _reordered(name: bytes) -> bool:
    return _REORDER.search(name) is not None and _STARTS.fullmatch(name, _ending_at(name)) is not None


def _spaced(name: bytes) -> bool:
    last = _ending_at(name)
    stem = name[:last]
    blanks = _TRAILING_BLANKS.search(stem)
    return blanks is not None and blanks.start() > 0 and _BLANKS.fullmatch(name, blanks.start()) is not None


def _of_medium(name: bytes, read: Callable[[int], bytes], facts: Facts) -> list[RuleMatch]:
    if name.lower() == _AUTORUN:
        text = read(_AUTORUN_BYTES).replace(b"\0", b"").replace(b"\r", b"\n")
        # Service sticks are copies of discs that start their installer in the open; worms hide the file.
        return [AUTORUN] if _AUTORUN_STARTS.search(text) and facts.concealed() else []
    return [DOUBLE_EXTENSION_SCRIPT] if _ends_with(_DOUBLE_JAVASCRIPT, name) else []
