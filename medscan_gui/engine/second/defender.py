"""Microsoft Defender as a second engine: its own command line scans whole places, and removes nothing.

Its exit codes prove little (0: clean, or found and dealt with; 2: found, or an error), so a place is clean only if
the code is 0, the words say so, *and* Windows remembers no new detection. It opens files itself, by their names.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from medscan_gui.core.messages import Message
from medscan_gui.core.names import path_of, raw_bytes, shown
from medscan_gui.core.opinion import EngineOpinion, EngineStatus, SelfTest
from medscan_gui.core.words import Outcome
from medscan_gui.engine.limits import DETAIL_CHARS, RULE_CHARS
from medscan_gui.engine.protocol import split_names
from medscan_gui.engine.second.base import Answer, Answered, Beat, Given, SecondJob, Unusable
from medscan_gui.engine.second.defender_output import Threat, UnreadableError, is_remote, places_of, read_output
from medscan_gui.engine.second.defender_state import QUERY, Detection, State, read_state
from medscan_gui.engine.second.program import EndedProgram, Program

ID = "defender"
_NAME = "Microsoft Defender"
_LOOK = 0.2
_STATE_SECONDS = 120.0
#: Lines of one scan that are read; a list of threats beyond that is not.
_LINES = 100_000
#: Days after which the command line gives a scan up by itself.
_DAYS = "1"
#: What Windows prints in: the code page of consoles.
_ENCODING = "oem" if sys.platform == "win32" else "utf-8"


class Tools(NamedTuple):
    """The commands that are started: the scan, and PowerShell."""

    scan: tuple[str, ...]
    shell: tuple[str, ...]


class Defender:
    """The engine. `tools`: the commands, found by itself if not given."""

    counted = False
    takes_open_files = False

    def __init__(self, job: SecondJob, tools: Tools | None = None) -> None:
        self._job = job
        self._tools = tools
        self._program: Program | None = None
        self._targets = [path_of(raw) for group in job.walk.pending for raw in split_names(group.names)]

    def probe(self, beat: Beat) -> EngineOpinion:
        """Ask Windows for state and versions. Raises Unusable."""
        self._tools = self._tools or _find_tools()
        if self._tools is None:
            raise Unusable(Message.of("second.absent", engine=_NAME), EngineStatus.ABSENT)
        if self._job.walk.headers_only:
            raise Unusable(Message.of("second.card", engine=_NAME))
        if self._job.walk.recent:
            raise Unusable(Message.of("second.quick", engine=_NAME))
        if any(is_remote(target) or _on_network_drive(target) for target in self._targets):
            raise Unusable(Message.of("second.network", engine=_NAME))
        status = self._state(beat).Status
        if not status.switched_on:
            raise Unusable(Message.of("second.disabled", engine=_NAME), EngineStatus.DISABLED)
        age = status.age_days
        return EngineOpinion(
            engine=ID,
            tool="MpCmdRun",
            version=f"{status.AMProductVersion} / {status.AMEngineVersion}",
            database_version=status.AntivirusSignatureVersion,
            database_date=status.date,
            database_age_days=age,
            status=EngineStatus.STALE if age is not None and age > self._job.old_days else EngineStatus.READY,
            self_test=SelfTest.NOT_POSSIBLE,
            counted=False,
        )

    def opinions(self, files: Iterator[Given], beat: Beat) -> Iterator[Answered]:
        """Yield the files in which a threat was found. Raises Unusable for a place that is not proven clean."""
        del files  # it takes whole places
        for target in self._targets:
            yield from self._scan(target, beat)

    def _scan(self, target: str, beat: Beat) -> Iterator[Answered]:
        before = set(self._state(beat).Detections)
        code, lines = self._run(target, beat)
        new = [one for one in self._state(beat).Detections if one not in before]
        unreadable = False
        listed: tuple[Threat, ...] | None = None
        try:
            listed = read_output(lines, target)
        except UnreadableError:
            unreadable = True
        remembered, foreign = _remembered(new, target)
        threats = dict.fromkeys((*(listed or ()), *remembered))
        yield from map(_answered, threats)
        if unreadable or foreign:
            raise Unusable(Message.of("second.unlisted", engine=_NAME))
        if not threats and (code != 0 or listed is None):
            detail = shown(f"exit code {code}; {' '.join(lines[-2:])}", DETAIL_CHARS)
            raise Unusable(Message.of("second.error", engine=_NAME, detail=detail))

    def _run(self, target: str, beat: Beat) -> tuple[int | None, list[str]]:
        assert self._tools is not None  # noqa: S101  # `probe` comes first
        throttled = ("-CpuThrottling",) if self._job.share > 0.0 else ()
        order = ("-Scan", "-ScanType", "3", "-File", target, "-DisableRemediation", *throttled, "-Timeout", _DAYS)
        return self._said((*self._tools.scan, *order), beat, None)

    def _state(self, beat: Beat) -> State:
        assert self._tools is not None  # noqa: S101  # `probe` comes first
        code, lines = self._said((*self._tools.shell, QUERY), beat, _STATE_SECONDS, encoding="utf-8")
        try:
            return read_state("\n".join(lines).encode())
        except ValueError as error:
            detail = shown(f"WMI, exit code {code}", DETAIL_CHARS)
            raise Unusable(Message.of("second.error", engine=_NAME, detail=detail)) from error

    def _said(
        self, command: tuple[str, ...], beat: Beat, seconds: float | None, encoding: str = _ENCODING
    ) -> tuple[int | None, list[str]]:
        """Return exit code and lines of a run. Raises Unusable."""
        try:
            self._program = program = Program(command, scratch=self._job.scratch)
        except OSError as error:
            detail = shown(str(error.strerror), DETAIL_CHARS)
            raise Unusable(Message.of("second.not_started", engine=_NAME, detail=detail)) from error
        lines: list[str] = []
        begun = time.monotonic()
        try:
            while len(lines) < _LINES and (seconds is None or time.monotonic() - begun < seconds):
                beat()
                if (line := program.line(_LOOK)) is not None:
                    lines.append(line.decode(encoding, "replace"))
        except EndedProgram:
            return program.wait(_LOOK * 50), lines
        finally:
            self.close()
        raise Unusable(Message.of("second.stuck", engine=_NAME))

    def close(self) -> None:
        """End what was started."""
        if self._program is not None:
            self._program.kill()
            self._program = None


def _remembered(detections: list[Detection], target: str) -> tuple[list[Threat], bool]:
    """Return the threats that Windows remembers within the target, and whether some of them cannot be placed."""
    threats: list[Threat] = []
    foreign = False
    for one in detections:
        name = one.Name or f"ThreatID {one.Threat}"
        for kind, value in one.files:
            try:
                threats += places_of(name, [(kind, value)], target)
            except UnreadableError:
                foreign = True  # found elsewhere meanwhile, or a name that cannot be read
    return threats, foreign


def _answered(threat: Threat) -> Answered:
    given = Given(raw_bytes(threat.path), 0, -1, None)
    members = tuple(name.encode("utf-8", "surrogatepass") for name in threat.members)
    return Answered(given, Answer(Outcome.SCANNED, threat=shown(threat.name, RULE_CHARS)), members)


def _find_tools() -> Tools | None:
    """Return where Windows keeps the newest command line of Microsoft Defender, and PowerShell."""
    if sys.platform != "win32":
        return None
    else:  # noqa: RET505  # a branch for each platform, as the type checker reads it
        program = newest(Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), r"Microsoft\Windows Defender\Platform"))
        built_in = Path(os.environ.get("PROGRAMFILES", r"C:\Program Files"), "Windows Defender", "MpCmdRun.exe")
        program = program or (built_in if built_in.is_file() else None)
        system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32")
        shell = system / "WindowsPowerShell" / "v1.0" / "powershell.exe"
        if program is None or not shell.is_file():
            return None
        return Tools((str(program),), (str(shell), "-NoProfile", "-NonInteractive", "-Command"))


def newest(platform: Path) -> Path | None:
    """Return the command line in the folder with the highest version number; None if there is none."""
    try:
        folders = [folder for folder in platform.iterdir() if (folder / "MpCmdRun.exe").is_file()]
    except OSError:
        return None
    numbered = [(tuple(map(int, re.findall(r"\d+", folder.name))), folder) for folder in folders]
    return max(numbered)[1] / "MpCmdRun.exe" if numbered else None


def _on_network_drive(target: str) -> bool:
    """Say whether a drive's letter stands for a folder of another computer."""
    if sys.platform != "win32":
        return False
    else:  # noqa: RET505  # a branch for each platform, as the type checker reads it
        import ctypes

        remote = 4  # DRIVE_REMOTE, fileapi.h
        return bool(ctypes.windll.kernel32.GetDriveTypeW(target[:2] + "\\") == remote)
