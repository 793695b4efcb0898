"""ClamAV as a second engine: its program beside MedScan, its service, or its program on this computer.

The first of these that can be used is used. What lies beside MedScan comes first: the hospital put it there, and a
device may have been changed.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from medscan_gui.core.messages import Message
from medscan_gui.core.names import shown
from medscan_gui.core.opinion import EngineOpinion, EngineStatus, SelfTest
from medscan_gui.core.words import Outcome
from medscan_gui.engine.limits import DETAIL_CHARS
from medscan_gui.engine.second import database, finding, samples
from medscan_gui.engine.second.answers import answer_of
from medscan_gui.engine.second.base import Answer, Answered, Beat, Given, SecondJob, Unusable
from medscan_gui.engine.second.batch import Batches
from medscan_gui.engine.second.clamd import ClamdChannel, Service, ask_version
from medscan_gui.engine.second.clamscan import ClamscanChannel, Installed, in_memory
from medscan_gui.engine.second.driver import Driver, Lost
from medscan_gui.engine.second.program import EndedProgram, Program
from medscan_gui.engine.second.versions import Versions, read_versions

ID = "clamav"
_NAME = "ClamAV"
#: Seconds that the program is given to tell its version.
_VERSION_SECONDS = 20.0
_LOOK = 0.2


class _Way:
    """One way to ask ClamAV. `tool` names the program behind it."""

    tool = ""

    def facts(self, beat: Beat) -> EngineOpinion:
        """Return versions and status, nothing started. Raises Unusable, Lost."""
        raise NotImplementedError

    def check_signatures(self) -> None:
        """Raise Unusable if there seem to be no signatures at all; only starting it tells for sure."""

    def start(self, beat: Beat) -> None:
        """Make ready, and prove. Raises Unusable, Lost."""
        raise NotImplementedError

    def run(self, files: Iterator[Given], beat: Beat) -> Iterator[Answered]:
        """Yield each file with its answer. Raises Unusable."""
        raise NotImplementedError

    def close(self) -> None:
        """End what was started."""


class _Daemon(_Way):
    """The service of this computer."""

    tool = "clamd"

    def __init__(self, job: SecondJob, service: Service) -> None:
        self._job = job
        self._service = service
        window = 1 if job.share > 0.0 else max(1, min(os.cpu_count() or 1, 8))
        self._channel = ClamdChannel(service, window)

    def facts(self, beat: Beat) -> EngineOpinion:
        beat()
        folder = Path(self._service.database) if self._service.database else None
        return _facts(self.tool, ask_version(self._service), folder, self._job.old_days)

    def start(self, beat: Beat) -> None:
        self._channel.open()
        patience = self._job.file_seconds
        try:
            self._try(samples.self_test_sample(), patience, beat)
        except _RefusedError as refused:
            if not self._channel.refuses_descriptors(refused.text):
                raise _error(refused.text) from refused
            self._channel.open()
        prove(lambda sample: self._try(sample, patience, beat))
        try:
            deep = self._try(samples.nested(), patience, beat)
        except _RefusedError as refused:
            raise _error(refused.text) from refused
        if deep.outcome is Outcome.SCANNED:
            raise Unusable(Message.of("second.hides_limits", engine=_NAME))

    def _try(self, sample: bytes, patience: float, beat: Beat) -> Answer:
        return _answer_to(self._channel, sample, patience, beat)

    def run(self, files: Iterator[Given], beat: Beat) -> Iterator[Answered]:
        return _drive(self._channel, lambda: self.start(beat), self._job, files, beat)

    def close(self) -> None:
        self._channel.close()


class _Program(_Way):
    """The program, started by us."""

    tool = "clamscan"

    def __init__(self, job: SecondJob, installed: Installed) -> None:
        self._job = job
        self._installed = installed
        self._channel = ClamscanChannel(installed, job.scratch, job.file_seconds)
        self._batches = Batches(installed, job.scratch, file_seconds=job.file_seconds, start_seconds=job.start_seconds)

    @property
    def _folder(self) -> Path | None:
        usual = (Path(folder) for folder in finding.DATABASE_FOLDERS)
        return self._installed.database or next((folder for folder in usual if folder.is_dir()), None)

    def facts(self, beat: Beat) -> EngineOpinion:
        finding.check_safe(self._installed.program, ID)
        options = ["--version", *self._installed.database_options()[:1]]
        versions = read_versions(_said([str(self._installed.program), *options], beat))
        if versions is None:
            raise _error("version")
        return _facts(self.tool, versions, self._folder, self._job.old_days)

    def check_signatures(self) -> None:
        if self._folder is not None and not any(self._folder.iterdir()):
            detail = shown(str(self._folder), DETAIL_CHARS)
            raise Unusable(Message.of("second.no_database", engine=_NAME, detail=detail))

    def start(self, beat: Beat) -> None:
        database.check_memory(self._folder, ID)
        if sys.platform != "linux":
            self._prove_by_input(beat)
            return
        self._channel.open()
        try:
            prove(lambda sample: _answer_to(self._channel, sample, self._job.start_seconds, beat))
        except Lost as lost:
            raise Unusable(Message.of("second.no_database", engine=_NAME, detail=str(lost))) from lost

    def _prove_by_input(self, beat: Beat) -> None:
        """Give the sample to the program's standard input, in a run of its own."""
        command = [str(self._installed.program), *self._installed.database_options(), "--stdout", "--no-summary", "-"]

        def ask(sample: bytes) -> Answer:
            text = _said(command, beat, sample, self._job.start_seconds)
            answer = answer_of(text.rpartition("stdin: ")[2].strip())
            if answer is None:
                raise Unusable(Message.of("second.no_database", engine=_NAME, detail=shown(text, DETAIL_CHARS)))
            return answer

        prove(ask)

    def run(self, files: Iterator[Given], beat: Beat) -> Iterator[Answered]:
        if sys.platform != "linux":
            return self._batches.run(files, beat)
        return _drive(self._channel, lambda: self.start(beat), self._job, files, beat)

    def close(self) -> None:
        self._channel.close()
        self._batches.close()


class ClamAV:
    """The engine: the first of its ways that can be used."""

    counted = True

    def __init__(self, job: SecondJob) -> None:
        self._job = job
        self._way: _Way | None = None

    @property
    def takes_open_files(self) -> bool:
        """Everywhere but where its program must open files itself."""
        return sys.platform == "linux"

    def probe(self, beat: Beat, *, start: bool = True) -> EngineOpinion:
        """Find a way that can be used, start it and give it the test sample. Raises Unusable with the best reason.

        Without `start`, versions are asked and nothing else: what a list of engines shows.
        """
        refusal: Unusable | None = None
        for way in self._ways():
            try:
                facts = way.facts(beat)
                if start:
                    way.start(beat)
                    self._way = way
                    return msgspec.structs.replace(facts, self_test=SelfTest.PASSED)
                way.check_signatures()
            except Unusable as error:
                refusal = refusal or error
            except OSError as error:
                detail = shown(str(error.strerror), DETAIL_CHARS)
                refusal = refusal or Unusable(Message.of("second.not_started", engine=_NAME, detail=detail))
            except Lost as lost:
                detail = shown(str(lost), DETAIL_CHARS)
                refusal = refusal or Unusable(Message.of("second.not_started", engine=_NAME, detail=detail))
            else:
                return facts
            way.close()
        raise refusal or Unusable(Message.of("second.absent", engine=_NAME), EngineStatus.ABSENT)

    def opinions(self, files: Iterator[Given], beat: Beat) -> Iterator[Answered]:
        """Yield each file with its answer. Raises Unusable."""
        assert self._way is not None  # noqa: S101  # `probe` comes first
        return self._way.run(files, beat)

    def close(self) -> None:
        """End what was started; the service goes on."""
        if self._way is not None:
            self._way.close()

    def _ways(self) -> Iterator[_Way]:
        for folder in self._job.beside:
            place = str(Path(folder, finding.BESIDE))
            if program := finding.program_in(place, "clamscan"):
                installed = Installed(program, finding.database_in(place), finding.certificates_in(place))
                yield _Program(self._job, installed)
        for file in self._job.services:
            if service := _service(Path(file)):
                yield _Daemon(self._job, service)
        for folder in self._job.folders:
            if program := finding.program_in(folder, "clamscan"):
                yield _Program(self._job, Installed(program, None, None))


def _service(file: Path) -> Service | None:
    try:
        finding.check_safe(file, ID)
        service = Service(file)
    except (OSError, Unusable):
        return None
    return service if service.socket and Path(service.socket).is_socket() else None


def prove(ask: Callable[[bytes], Answer]) -> None:
    """Give the test sample, which must be found, and a harmless text, which must not. Raises Unusable, Lost."""
    try:
        passed = ask(samples.self_test_sample()).threat and ask(samples.HARMLESS) == Answer(Outcome.SCANNED)
    except _RefusedError as refused:
        raise _error(refused.text) from refused
    if not passed:
        raise Unusable(Message.of("second.self_test_failed", engine=_NAME))


class _RefusedError(Exception):
    """The engine answered a sample with an error."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _answer_to(channel: ClamdChannel | ClamscanChannel, sample: bytes, patience: float, beat: Beat) -> Answer:
    """Return the answer to a sample, given as a file in memory. Raises Unusable, Lost, _RefusedError."""
    descriptor = in_memory(sample)
    try:
        channel.give(0, descriptor)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            beat()
            if (taken := channel.take(_LOOK)) is not None:
                answer = answer_of(taken[1])
                if answer is None or answer.outcome is Outcome.UNREADABLE:
                    raise _RefusedError(taken[1])
                return answer
    finally:
        os.close(descriptor)
    raise Unusable(Message.of("second.stuck", engine=_NAME))


def _drive(
    channel: ClamdChannel | ClamscanChannel,
    reopen: Callable[[], None],
    job: SecondJob,
    files: Iterator[Given],
    beat: Beat,
) -> Iterator[Answered]:
    return Driver(channel, reopen, file_seconds=job.file_seconds, share=job.share, beat=beat).run(files)


def _facts(tool: str, versions: Versions, folder: Path | None, old_days: int) -> EngineOpinion:
    if not versions.known_to_tell:
        raise Unusable(Message.of("second.too_old", engine=_NAME, version=versions.engine))
    age = versions.age_days(datetime.now(UTC))
    return EngineOpinion(
        engine=ID,
        tool=tool,
        version=versions.engine,
        database_version=versions.database,
        database_date=versions.stamp,
        database_age_days=age,
        database_digest=database.fingerprint(folder),
        status=EngineStatus.STALE if age is not None and age > old_days else EngineStatus.READY,
    )


def _said(command: list[str], beat: Beat, given: bytes = b"", seconds: float = _VERSION_SECONDS) -> str:
    """Return the last line that a short run says. Raises Unusable."""
    try:
        program = Program(command, fed=bool(given))
    except OSError as error:
        raise _error(str(error.strerror)) from error
    last = b""
    until = time.monotonic() + seconds
    try:
        if given:
            program.tell(given)
            program.finish()
        while time.monotonic() < until:
            beat()
            last = program.line(_LOOK) or last
    except EndedProgram:
        return last.decode("utf-8", "replace")
    finally:
        program.kill()
    raise Unusable(Message.of("second.stuck", engine=_NAME))


def _error(detail: str) -> Unusable:
    return Unusable(Message.of("second.error", engine=_NAME, detail=shown(detail, DETAIL_CHARS)))
