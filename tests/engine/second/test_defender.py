r"""Microsoft Defender: what its documented output means, run through a real child process that says it.

Nothing of this ran on Windows: `fake_defender.py` stands in for MpCmdRun.exe and PowerShell.
"""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from medscan_gui.core.opinion import EngineOpinion, EngineStatus, SelfTest
from medscan_gui.engine.places import identity_of
from medscan_gui.engine.protocol import PendingFolders, RecentFolder
from medscan_gui.engine.second.base import Answered, Unusable
from medscan_gui.engine.second.defender import Defender, Tools, newest
from medscan_gui.engine.second.defender_output import Threat, UnreadableError, is_remote, read_output
from medscan_gui.engine.second.defender_state import QUERY, read_state
from medscan_gui.engine.second.role import Asking
from medscan_gui.engine.second.words import Told
from tests.engine.scanning import raw
from tests.engine.second.asking import job_of, walk_of

TARGET = "E:\\"
CLEAN = ["Scan starting...", "Scan finished.", "Scanning E:\\ found no threats."]
HEAD = "<===========================LIST OF DETECTED THREATS==========================>"
BLOCK = "----------------------------- Threat information ------------------------------"
FOOT = "-------------------------------------------------------------------------------"


def listed(*blocks: tuple[str, list[str]], stated: int | None = None, target: str = TARGET) -> list[str]:
    """The output for these threats, each with its resource lines."""
    lines = [
        "Scan starting...",
        "Scan finished.",
        f"Scanning {target} found {stated or len(blocks)} threats.",
        "",
        HEAD,
    ]
    for name, resources in blocks:
        lines += [BLOCK, f"Threat                  : {name}", f"Resources               : {len(resources)} total"]
        lines += [f"    {resource}" for resource in resources] + [FOOT]
    return lines


EICAR = "Virus:DOS/EICAR_Test_File"


def test_clean_is_only_what_is_said_to_be() -> None:
    assert read_output(CLEAN, TARGET) == ()
    assert read_output([], TARGET) is None
    assert read_output(["Scan starting...", "Scan finished."], TARGET) is None
    # In another language: not understood, so not clean.
    assert read_output(["Analyse de E:\\ : aucune menace."], TARGET) is None


def test_threats_with_their_files_and_members() -> None:
    lines = listed(
        (EICAR, ["containerfile       : E:\\a.zip", "file                : E:\\a.zip->in.zip->eicar.com"]),
        ("Worm:Win32/Conficker.B", ["file                : E:\\Recycled\\x.vmx"]),
        ("Trojan:Win32/X", ["containerfile       : E:\\b.zip"]),
    )
    assert read_output(lines, TARGET) == (
        Threat(EICAR, "E:\\a.zip", ("in.zip", "eicar.com")),
        Threat("Worm:Win32/Conficker.B", "E:\\Recycled\\x.vmx"),
        Threat("Trojan:Win32/X", "E:\\b.zip"),
    )


VICTIM = "    file                : E:\\victim.exe"


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            # A member called "x<line end>    file : E:\victim.exe".
            [*listed((EICAR, ["file                : E:\\a.zip->x"]))[:-1], VICTIM, FOOT],
            id="one more line than the list states",
        ),
        pytest.param(
            [
                *listed((EICAR, ["file                : E:\\a.zip->x"])),
                BLOCK, "Threat                  : Fake", "Resources               : 1 total", VICTIM, FOOT,
            ],
            id="one more threat than the list states",
        ),
        pytest.param([*listed((EICAR, ["file                : E:\\a"])), CLEAN[-1]], id="two results"),
        pytest.param([*CLEAN, *listed((EICAR, ["file                : E:\\a"]))[4:]], id="clean, and a list"),
        pytest.param(listed((EICAR, ["file                : C:\\Windows\\x"])), id="elsewhere"),
        pytest.param(listed((EICAR, ["file                : E:\\..\\x"])), id="upwards"),
        pytest.param(listed((EICAR, ["file                : E:\\a\tb"])), id="control character"),
        pytest.param(listed((EICAR, ["regkey              : HKLM\\x"])), id="no file"),
        pytest.param(listed((EICAR, []), stated=1), id="no place"),
        pytest.param(listed((EICAR, ["file                : E:\\a"]))[:-1], id="cut off"),
        pytest.param(["Scanning E:\\ found 3 threats."], id="no list"),
        pytest.param(["Scanning F:\\ found no threats."], id="another place"),
        pytest.param([*listed((EICAR, ["file                : E:\\a"])), "Cleaning started..."], id="more than asked"),
    ],
)  # fmt: skip
def test_what_does_not_add_up_names_no_file(lines: list[str]) -> None:
    with pytest.raises(UnreadableError):
        read_output(lines, TARGET)


@pytest.mark.parametrize(
    ("path", "remote"),
    [
        ("\\\\server\\share", True),
        ("//server/share", True),
        ("\\\\?\\UNC\\server\\share", True),
        ("\\\\?\\unc\\server", True),
        ("\\\\.\\pipe\\x", True),
        ("\\\\?\\GLOBALROOT\\Device\\Mup\\server", True),
        ("\\\\?\\C:\\x", False),
        ("\\\\?\\Volume{1}\\", False),
        ("C:\\x", False),
        ("E:\\", False),
    ],
)
def test_places_on_other_computers(path: str, remote: bool) -> None:
    assert is_remote(path) is remote


def test_the_newest_platform_is_used(tmp_path: Path) -> None:
    for version in ("4.18.9.1-0", "4.18.2006.10-0", "4.18.25080.5-0"):
        (tmp_path / version).mkdir()
    for version in ("4.18.9.1-0", "4.18.2006.10-0"):
        (tmp_path / version / "MpCmdRun.exe").touch()
    assert newest(tmp_path) == tmp_path / "4.18.2006.10-0" / "MpCmdRun.exe"
    assert newest(tmp_path / "none") is None


STATUS = {
    "AMServiceEnabled": True,
    "AntivirusEnabled": True,
    "AMRunningMode": "Normal",
    "AMProductVersion": "4.18.25080.5",
    "AMEngineVersion": "1.1.25080.5",
    "AntivirusSignatureVersion": "1.437.12.0",
    "AntivirusSignatureAge": 2,
    "Updated": "2026-11-20T06:00:00Z",
}


def state(*detections: dict[str, Any], **status: Any) -> bytes:
    return json.dumps({"Status": STATUS | status, "Detections": list(detections)}).encode()


def detection(path: str, kind: str = "file", **fields: Any) -> dict[str, Any]:
    return {
        "Id": "{1}",
        "Name": EICAR,
        "Threat": "1",
        "First": "1",
        "Last": "1",
        "Resources": [f"{kind}:_{path}"],
    } | fields


class Fake:
    """A Defender that says what the test wants."""

    def __init__(self, tmp_path: Path, stick: Path) -> None:
        self.folder = tmp_path / "fake"
        self.folder.mkdir()
        self.tmp_path = tmp_path
        self.stick = stick
        self.says("Scanning {target} found no threats.", code=0)
        self.remembers(state(), state())

    def says(self, *lines: str, code: int) -> None:
        (self.folder / "scan.txt").write_text(
            "\r\n".join(("Scan starting...", "Scan finished.", *lines, "")), newline=""
        )
        (self.folder / "code.txt").write_text(str(code))

    def remembers(self, before: bytes, after: bytes) -> None:
        (self.folder / "state-before.json").write_bytes(before)
        (self.folder / "state-after.json").write_bytes(after)

    def engine(self, **walk: Any) -> Defender:
        script = Path(__file__).with_name("fake_defender.py")
        tools = Tools(*((sys.executable, str(script), str(self.folder), role) for role in ("scan", "shell")))
        order = walk_of(self.stick, **walk)
        return Defender(job_of(self.tmp_path, order, engine="defender"), tools)

    def ask(self, **walk: Any) -> tuple[EngineOpinion, list[Answered]]:
        engine = self.engine(**walk)
        opinion = engine.probe(lambda: None)
        return opinion, list(engine.opinions(iter(()), lambda: None))

    def refused(self, **walk: Any) -> tuple[str, EngineStatus]:
        with pytest.raises(Unusable) as refusal:
            self.ask(**walk)
        return refusal.value.reason.code, refusal.value.status

    def list_of(self, *files: str) -> list[str]:
        blocks = [(EICAR, [f"file                : {file}"]) for file in files]
        return listed(*blocks, target="{target}")[2:]


@pytest.fixture
def fake(tmp_path: Path, stick: Path) -> Fake:
    return Fake(tmp_path, stick)


def test_a_clean_place(fake: Fake) -> None:
    opinion, answered = fake.ask()
    assert answered == []
    assert opinion.status is EngineStatus.READY
    assert opinion.self_test is SelfTest.NOT_POSSIBLE
    assert not opinion.counted
    assert opinion.version == "4.18.25080.5 / 1.1.25080.5"
    assert (opinion.database_version, opinion.database_age_days) == ("1.437.12.0", 2)
    assert opinion.database_date == "2026-11-20T06:00:00.000Z"
    asked = (fake.folder / "asked.txt").read_text().splitlines()
    assert asked[:5] == ["-Scan", "-ScanType", "3", "-File", str(fake.stick)]
    assert "-DisableRemediation" in asked


def test_a_threat_that_is_listed(fake: Fake) -> None:
    fake.says(*fake.list_of(f"{fake.stick / 'note.txt'}->inner.exe"), code=2)
    _opinion, answered = fake.ask()
    assert [(one.file.path, one.members, one.answer.threat) for one in answered] == [
        (raw(fake.stick / "note.txt"), (b"inner.exe",), EICAR)
    ]


def test_a_threat_that_only_windows_remembers(fake: Fake) -> None:
    """Exit code 0 and "no threats" after one was found and dealt with."""
    place = str(fake.stick / "note.txt")
    fake.remembers(state(), state(detection(place)))
    _opinion, answered = fake.ask()
    assert [one.file.path for one in answered] == [raw(Path(place))]


def test_what_windows_remembered_before_is_not_new(fake: Fake) -> None:
    known = state(detection(str(fake.stick / "note.txt")))
    fake.remembers(known, known)
    assert fake.ask()[1] == []


@pytest.mark.parametrize(("code", "line"), [(2, "Scanning {target} found no threats."), (0, "Done."), (0, ""), (3, "")])
def test_anything_short_of_both_proofs_is_unable(fake: Fake, code: int, line: str) -> None:
    fake.says(line, code=code)
    assert fake.refused()[0] == "second.error"


def test_a_list_that_does_not_add_up_is_unable_and_names_no_file(fake: Fake) -> None:
    fake.says(*fake.list_of(f"{fake.stick / 'a'}->x"), "    file                : /victim", code=2)
    engine = fake.engine()
    engine.probe(lambda: None)
    told = []
    with pytest.raises(Unusable) as refusal:
        for one in engine.opinions(iter(()), lambda: None):
            told.append(one)
    assert told == []
    assert refusal.value.reason.code == "second.unlisted"


@pytest.mark.parametrize(
    "status",
    [{"AMServiceEnabled": False}, {"AntivirusEnabled": False}, {"AMRunningMode": "Not running / disabled"}],
)
def test_switched_off(fake: Fake, status: dict[str, Any]) -> None:
    fake.remembers(state(**status), state(**status))
    assert fake.refused() == ("second.disabled", EngineStatus.DISABLED)
    assert not (fake.folder / "asked.txt").exists()


def test_old_signatures_and_none_at_all(fake: Fake) -> None:
    fake.remembers(state(AntivirusSignatureAge=91), state(AntivirusSignatureAge=91))
    assert fake.ask()[0].status is EngineStatus.STALE
    fake.remembers(state(AntivirusSignatureAge=4_294_967_295), state(AntivirusSignatureAge=4_294_967_295))
    assert fake.engine().probe(lambda: None).database_age_days is None


@pytest.mark.parametrize("answer", [b"", b"{}", b"[" * 100_000, b'{"Status":{"AMServiceEnabled":"yes"}}', b"\xff\xfe"])
def test_an_answer_of_windows_that_is_none(fake: Fake, answer: bytes) -> None:
    fake.remembers(answer, answer)
    assert fake.refused()[0] == "second.error"


def test_a_card_that_protects_folders_comes_first(fake: Fake) -> None:
    assert fake.refused(headers_only=(b"images",))[0] == "second.card"
    assert not (fake.folder / "asked.txt").exists()


def test_a_quick_scan_is_not_made_a_full_one(fake: Fake) -> None:
    recent = (RecentFolder(raw(fake.stick), programs_only=True),)
    assert fake.refused(recent=recent)[0] == "second.quick"
    assert not (fake.folder / "asked.txt").exists()


def test_places_on_other_computers_are_refused(fake: Fake) -> None:
    pending = (PendingFolders(b"", b"\\\\server\\share"),)
    assert fake.refused(pending=pending)[0] == "second.network"
    assert not (fake.folder / "asked.txt").exists()


def test_not_on_this_kind_of_computer(tmp_path: Path, stick: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("it is there")
    with pytest.raises(Unusable) as refusal:
        Defender(job_of(tmp_path, walk_of(stick), engine="defender")).probe(lambda: None)
    assert refusal.value.status is EngineStatus.ABSENT


def told_by(fake: Fake, monkeypatch: pytest.MonkeyPatch, **walk: Any) -> list[Told]:
    """Run the whole role with this Defender."""
    engine = fake.engine(**walk)
    monkeypatch.setattr("medscan_gui.engine.second.role.engine_for", lambda _job: engine)
    lines: list[bytes] = []
    Asking(job_of(fake.tmp_path, walk_of(fake.stick, **walk), engine="defender"), lines.append).run()
    return [one for line in lines for one in msgspec.json.Decoder(Told).decode_lines(line)]


def test_findings_carry_the_content_of_the_outer_file(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.says(*fake.list_of(f"{fake.stick / 'note.txt'}->inner.exe"), code=2)
    told = told_by(fake, monkeypatch)
    (found,) = [found for one in told for found in one.findings]
    assert found.chain == (raw(fake.stick / "note.txt"), b"inner.exe")
    assert found.content == sha256(b"harmless").hexdigest()
    assert found.identity is not None
    assert told[-1].final
    assert told[-1].opinion.complete
    assert told[-1].opinion.threats == 1


def test_own_files_are_no_findings(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    own = identity_of(fake.stick / "note.txt")
    assert own is not None
    fake.says(*fake.list_of(str(fake.stick / "note.txt")), code=2)
    told = told_by(fake, monkeypatch, exclude=(own,))
    assert [found for one in told for found in one.findings] == []
    assert told[-1].opinion.threats == 0


def test_the_question_to_windows_holds_nothing_from_outside() -> None:
    assert '"' not in QUERY
    assert read_state(state()).Status.switched_on
