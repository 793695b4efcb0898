"""One scan from start to journalled verdict.

The only place where engine, stores and devices meet: it verifies the signatures, notes the start
in the journal, folds the engine's events into the coverage, asks `core.verdict`, commits the
record, and only then says what the light is.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from medscan_gui import __version__
from medscan_gui.core import events as scan_events
from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.bundle import AgeThresholds, Bundle, BundleError, bundle_age
from medscan_gui.core.device import Device, Target
from medscan_gui.core.estimate import Estimator
from medscan_gui.core.finding import worst_first
from medscan_gui.core.known_clean import context_of
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.names import one_line, path_of, raw_bytes
from medscan_gui.core.policy import DEVICE_CARD, CardInForce, PolicyCard, folders_as_patterns, scan_refusal
from medscan_gui.core.record import EngineFacts, ScanRecord, SignatureFacts, local_offset_min, timestamp
from medscan_gui.core.verdict import Evidence, decide
from medscan_gui.core.words import Fate, Stop, TargetKind
from medscan_gui.engine import events as engine_events
from medscan_gui.engine.limits import PASSWORDS, Limits
from medscan_gui.engine.places import identity_of
from medscan_gui.engine.supervisor import ScanJob, Supervisor
from medscan_gui.follow_up import FollowUp, Threats, doubt_of_unlocking, earlier_evidence, folder_of, joined
from medscan_gui.scope import scope_of
from medscan_gui.second_opinions import SecondOpinions, wanted_engines
from medscan_gui.services import (
    Services,
    accept_file,
    accepted_contents,
    card_in_force,
    device_for,
    open_services,
)
from medscan_gui.store.bundles import read_bundle
from medscan_gui.store.ids import time_ordered_id
from medscan_gui.store.known_clean import known_clean_file, remember_clean
from medscan_gui.store.opening import JOURNAL_NAME
from medscan_gui.store.scratch import scratch_folder
from medscan_gui.store.settings import Settings
from medscan_gui.system.paths import Paths
from medscan_gui.system.volumes import network_devices
from medscan_gui.tally import Tally

__all__ = [
    "ScanRefusedError",
    "ScanRequest",
    "ScanSession",
    "Services",
    "accept_file",
    "card_in_force",
    "device_for",
    "open_services",
    "signature_facts",
]

log = logging.getLogger(__name__)

#: At most this many seconds between two Progress events while anything happens.
_PROGRESS_PERIOD = 0.05


@dataclass(frozen=True)
class ScanRequest:
    """What the operator asked for."""

    target: Target
    device: Device
    operator: str = ""
    #: Set for a scan that follows another one.
    follow_up: FollowUp | None = None
    #: Tried on what is locked, before those of the settings. Never recorded.
    passwords: tuple[str, ...] = ()
    #: Second engines that are asked beside those of the settings, by their ids (`core.opinion.ENGINE_NAMES`).
    also: tuple[str, ...] = ()


class ScanRefusedError(MedScanError):
    """The device's policy card does not allow this scan: its sentence says why, and what to do."""


def _typed_device(device: Device) -> Device:
    values = {field: getattr(device, field) for field in Device.__struct_fields__}
    return Device(**{field: one_line(value) for field, value in values.items()})


def signature_facts(bundle: Bundle | None, settings: Settings, now: datetime) -> SignatureFacts:
    """Return what a record says of the signatures; all unknown without a verified bundle."""
    if bundle is None:
        return SignatureFacts()
    age = bundle_age(bundle.created, now, _thresholds(settings))
    return SignatureFacts(
        name=bundle.name,
        version=bundle.version,
        created=timestamp(bundle.created),
        digest=bundle.digest,
        rules=bundle.rule_count,
        hashes=bundle.hash_count,
        age_days=age.days,
        age=age.age_class,
        clock_doubtful=age.clock_doubtful,
    )


def _thresholds(settings: Settings) -> AgeThresholds:
    return AgeThresholds(settings.fresh_days, settings.ageing_days, settings.old_days)


def _own_files(paths: Paths, bundle: Bundle) -> tuple[Path, ...]:
    """Return the files that a scan leaves out: rules must not find themselves, nor the journal change under us.

    Single files only, the rules just verified: a folder left out would be the place to hide in.
    """
    rules = (paths.signatures / file.path for file in bundle.files)
    journal = paths.data_dir / JOURNAL_NAME
    companions = (journal.with_name(f"{JOURNAL_NAME}{ending}") for ending in ("-journal", ".lock"))
    return (*rules, journal, *companions, paths.log_file)


class ScanSession:
    """One scan. `events` is iterated by one thread; `cancel`, `pause`, `resume` may come from any."""

    def __init__(self, services: Services, request: ScanRequest, *, limits: Limits | None = None) -> None:
        """Prepare. Raises ScanRefusedError if the device's policy card forbids this scan, here and now."""
        self._services = services
        self._request = request
        self._troubles: list[Message] = []
        self._card = self._card_in_force()
        self._check_card()
        self._limits = limits or Limits()
        self._supervisor: Supervisor | None = None
        self._cancelled = threading.Event()
        self._paused = False
        self._tally = Tally(self._accepted())
        self._settings = services.settings.current
        chosen = (*self._settings.second_engines, *request.also)
        wanted = wanted_engines(chosen, request.follow_up)
        self._second = SecondOpinions(wanted, services.paths, self._settings.old_days)
        self._bundle: Bundle | None = None
        self._facts = SignatureFacts()
        #: Of what is known to be clean; b"" if nobody asks for that.
        self._context = b""
        self._begun = False
        self._begin_error: Message | None = None
        self._record: ScanRecord | None = None
        self._started = datetime.now(UTC)
        self._scan_id = time_ordered_id(self._started)

    def _card_in_force(self) -> CardInForce | None:
        try:
            return card_in_force(self._services, self._request.device, self._request.target)
        except MedScanError as error:
            # What the card asks is not known: the scan must not claim to have followed it.
            self._troubles.append(error.message)
            return None

    def _check_card(self) -> None:
        follow_up = self._request.follow_up
        if self._card is None or (follow_up is not None and follow_up.action):  # checking a clean-up is its end
            return
        refusal = scan_refusal(self._card.card, self._request.operator, datetime.now().astimezone())
        if refusal is not None:
            raise ScanRefusedError(refusal)

    def _accepted(self) -> dict[str, Acceptance]:
        try:
            return accepted_contents(self._services)
        except MedScanError as error:
            log.info("no file counts as accepted: %s", error)
            return {}

    # --- from any thread ---------------------------------------------------------------------------

    def cancel(self) -> None:
        """End the scan now; `Finished` follows within a fraction of a second."""
        self._cancelled.set()
        self._second.cancel()
        if self._supervisor:
            self._supervisor.cancel()

    def pause(self) -> None:
        """Begin no further item until `resume`; items in work are finished."""
        self._paused = True
        self._second.pause()
        if self._supervisor:
            self._supervisor.pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._paused = False
        self._second.resume()
        if self._supervisor:
            self._supervisor.resume()

    # --- the scan ----------------------------------------------------------------------------------

    def events(self) -> Iterator[scan_events.ScanEvent]:
        """Run the scan. Whatever happens, the last event is `Finished` and the record is final.

        If the consumer stops early (closes the generator), the scan is recorded as cancelled.
        """
        try:
            yield from self._run()
        except GeneratorExit:
            self.cancel()
            self._finish()
            raise
        except Exception:
            log.exception("the scan failed by a fault of the program")
            self._tally.troubles.append(Message.of("scan.internal_error"))
        yield self._finish()

    def _run(self) -> Iterator[scan_events.ScanEvent]:
        yield scan_events.Preparing(Message.of("scan.checking_signatures"))
        try:
            self._bundle = read_bundle(self._services.paths.signatures)
        except BundleError as error:
            self._tally.troubles.append(error.message)
        self._facts = signature_facts(self._bundle, self._settings, self._started)
        self._begin()
        if self._bundle is None or self._cancelled.is_set():
            return
        yield scan_events.Preparing(Message.of("scan.starting_engine"))
        self._context = self._clean_context(self._bundle)
        with scratch_folder(self._services.paths.data_dir) as scratch:
            yield from self._read_target(self._job(self._bundle, scratch))
        self._check_unlocked()

    def _read_target(self, job: ScanJob) -> Iterator[scan_events.ScanEvent]:
        self._supervisor = Supervisor(job)
        if self._paused:
            self._supervisor.pause()
        if self._cancelled.is_set():
            self._supervisor.cancel()
        yield from self._follow(self._supervisor)
        yield from self._ask_others(job)

    def _check_unlocked(self) -> None:
        """Say so if it was not the locked files themselves, all of them, that were read again."""
        follow_up = self._request.follow_up
        if follow_up is not None and follow_up.locked and self._stop() is Stop.COMPLETED:
            doubt = doubt_of_unlocking(follow_up, self._tally.ledger.close())
            if doubt is not None:
                self._troubles.append(doubt)

    def _ask_others(self, job: ScanJob) -> Iterator[scan_events.ScanEvent]:
        """Ask the second engines, if MedScan's own came to its end; one that is not asked is a doubt."""
        if self._stop() is Stop.COMPLETED:
            yield from self._second.ask(job, self._tally)
        else:
            self._second.pass_over()

    def _job(self, bundle: Bundle, scratch: bytes) -> ScanJob:
        target = self._request.target
        own = _own_files(self._services.paths, bundle)
        identities = (identity_of(file) for file in own)
        follow_up = self._request.follow_up
        card = self._card.card if self._card else DEVICE_CARD
        scope = scope_of(target, follow_up)
        return ScanJob(
            paths=scope.paths,
            live=scope.live,
            live_disks_of=scope.live_disks_of,
            recent=scope.recent,
            since=scope.since,
            shallow=follow_up is not None,
            files_only=follow_up is not None and bool(follow_up.locked),
            shallow_below=tuple(folder_of(real) for _shown, real in follow_up.roots) if follow_up else (),
            headers_only=self._headers_only(card),
            gentle=card.gentle,
            cpu_share=card.cpu_share,
            bundle=bundle,
            workers=self._settings.workers,
            network=network_devices(target.paths) if target.kind is TargetKind.COMPUTER else (),
            exclude=tuple(identity for identity in identities if identity is not None),
            exclude_names=tuple(raw_bytes(file.name) for file in own),
            passwords=tuple(dict.fromkeys((*self._request.passwords, *self._settings.passwords)))[:PASSWORDS],
            scratch=scratch,
            known=raw_bytes(str(self._known_clean_file())) if self._context else b"",
            context=self._context,
            removable=target.removable,
            limits=self._limits,
        )

    def _clean_context(self, bundle: Bundle) -> bytes:
        """Return the context of what is known to be clean; b"" if every file is to be read."""
        target = self._request.target
        if not self._settings.skip_unchanged or target.removable or self._request.follow_up is not None:
            return b""
        return context_of(__version__, bundle.digest, repr(self._limits.unpack))

    def _known_clean_file(self) -> Path:
        host = self._services.host
        return known_clean_file(self._services.paths.data_dir, host.machine_id or host.name)

    def _headers_only(self, card: PolicyCard) -> tuple[bytes, ...]:
        roots = self._request.target.paths
        patterns = folders_as_patterns(card.headers_only, roots)
        # Folders are targets of their own then: what a card says relative to the device must still be found.
        if self._request.follow_up is not None:
            places = [path_of(real) for _shown, real in self._request.follow_up.roots]
        elif self._request.target.quick:
            places = [path_of(root) for root in roots]
        else:
            return patterns
        return tuple(raw_bytes(os.path.join(place, path_of(one))) for place in places for one in patterns)  # noqa: PTH118

    def _begin(self) -> None:
        stub = self._make_record(stop=Stop.CUT_OFF, committed=False)
        # The check after a clean-up begins with all the threats of the scan before, which lists them.
        stub = msgspec.structs.replace(stub, findings=())
        try:
            self._services.journal.begin_scan(stub)
        except MedScanError as error:
            self._begin_error = error.message
        else:
            self._begun = True

    def _follow(self, supervisor: Supervisor) -> Iterator[scan_events.ScanEvent]:
        begun = time.monotonic()
        estimator = Estimator(begun)
        shown = 0.0
        paused = False
        stream = supervisor.events()
        try:
            for event in stream:
                self._tally.take(event)
                yield from self._tell(event)
                now = time.monotonic()
                if paused != self._paused:
                    paused = self._paused
                    estimator.pause(now, paused)
                if now - shown >= _PROGRESS_PERIOD:
                    shown = now
                    yield self._progress(now, begun, estimator)
        finally:
            stream.close()

    def _tell(self, event: engine_events.EngineEvent) -> Iterator[scan_events.ScanEvent]:
        match event:
            case engine_events.Found():
                yield scan_events.ThreatFound(event.finding)
            case engine_events.ItemTrouble():
                yield scan_events.ItemNotRead(event.problem)
            case engine_events.EngineStarted() if event.proof is not None and self._tally.workers == 1:
                yield scan_events.Started(self._scan_id, self._facts, self._settings.workers)

    def _progress(self, now: float, begun: float, estimator: Estimator) -> scan_events.Progress:
        tally, ledger = self._tally, self._tally.ledger
        fraction = None
        left = None
        if ledger.walk_complete and ledger.items_counted:
            fraction = Estimator.fraction(
                ledger.items_ended, ledger.items_counted, ledger.bytes_ended, tally.bytes_total
            )
            left = estimator.left(now, fraction)
        at_work = tally.at_work
        return scan_events.Progress(
            items_done=ledger.items_ended,
            items_total=ledger.items_counted,
            total_final=ledger.walk_complete,
            bytes_done=ledger.bytes_ended,
            bytes_total=tally.bytes_total,
            current=at_work.path if at_work else b"",
            current_for=at_work.seconds if at_work else 0.0,
            elapsed=now - begun,
            left=left,
            threats=tally.threats,
            not_read=tally.not_read,
            paused=self._paused,
            fraction=fraction,
        )

    # --- the end -----------------------------------------------------------------------------------

    def _stop(self) -> Stop:
        if self._bundle is None:
            return Stop.SIGNATURES_REFUSED
        ended = self._tally.ended
        if ended is not None:
            return ended.stop
        return Stop.CANCELLED if self._cancelled.is_set() else Stop.ENGINE_FAILED

    def _make_record(self, *, stop: Stop, committed: bool, ended: str = "") -> ScanRecord:
        tally, settings, facts = self._tally, self._settings, self._facts
        follow_up = self._request.follow_up
        threats = self._threats()
        evidence = Evidence(
            stop=stop,
            ended=tally.ended is not None,
            coverage=tally.ledger.close(),
            depth=self._request.target.depth,
            threats_found=threats.found,
            threats_removed=threats.removed,
            threats_accepted=threats.accepted,
            bundle_verified=self._bundle is not None,
            bundle_digest=facts.digest,
            rules_expected=facts.rules,
            hashes_expected=facts.hashes,
            engines=tally.ended.engines if tally.ended else (),
            signature_age_known=self._bundle is not None and not facts.clock_doubtful,
            signature_age_days=facts.age_days,
            signature_age_limit_days=settings.old_days,
            committed=committed,
            troubles=tuple(dict.fromkeys((*self._troubles, *tally.troubles))),
            second_wanted=self._second.wanted,
            opinions=self._second.opinions,
        )
        if follow_up is not None:
            evidence = earlier_evidence(evidence, follow_up)
        return ScanRecord(
            id=self._scan_id,
            kit=settings.kit,
            started=timestamp(self._started),
            ended=ended,
            utc_offset_min=local_offset_min(self._started),
            target=self._request.target,
            device=_typed_device(self._request.device),
            operator=one_line(self._request.operator),
            host=self._services.host,
            engine=EngineFacts(
                program_version=__version__,
                yara_version=tally.yara_version,
                workers=tally.workers,
                restarts=tally.ended.restarts if tally.ended else 0,
            ),
            signatures=facts,
            evidence=evidence,
            verdict=decide(evidence),
            findings=worst_first(threats.findings),
            problems=tuple(tally.problems),
            slowest=tally.ended.slowest if tally.ended else (),
            accepted=self._acceptances(threats),
            card=self._card,
            follows=follow_up.record.id if follow_up else "",
            action=follow_up.action if follow_up else "",
            places=follow_up.places if follow_up else (),
        )

    def _acceptances(self, threats: Threats) -> tuple[Acceptance, ...]:
        """Return what was accepted of the threats, of the first scan's as well."""
        follow_up = self._request.follow_up
        known = {accepted.sha256: accepted for accepted in (follow_up.record.accepted if follow_up else ())}
        known |= self._tally.accepted
        contents = {found.content for found in threats.findings if found.fate is Fate.ACCEPTED} | self._tally.used
        return tuple(known[content] for content in sorted(contents & known.keys()))

    def _threats(self) -> Threats:
        tally, follow_up = self._tally, self._request.follow_up
        if follow_up is not None:
            return joined(follow_up, tally.findings, tally.threats)
        return Threats(
            findings=tuple(tally.findings), found=tally.threats, removed=0, accepted=tally.threats_accepted
        )

    def _finish(self) -> scan_events.Finished:
        # The record is made as it will be once committed; if the journal refuses it, the verdict is
        # drawn again without that proof.
        record = self._make_record(stop=self._stop(), committed=True, ended=timestamp(datetime.now(UTC)))
        error = self._commit(record) if self._begun else self._begin_error
        if error is None and self._begun:
            if self._context and self._tally.clean and record.evidence.ended:
                remember_clean(self._known_clean_file(), self._context, self._tally.clean)
            return scan_events.Finished(record=record, committed=True)
        evidence = msgspec.structs.replace(record.evidence, committed=False)
        record = msgspec.structs.replace(record, evidence=evidence, verdict=decide(evidence))
        return scan_events.Finished(record=record, committed=False, save_error=error)

    def _commit(self, record: ScanRecord) -> Message | None:
        """Commit the record; returns why that failed, or None."""
        try:
            self._services.journal.finish_scan(record)
        except MedScanError as refusal:
            return refusal.message
        except Exception:
            # A fault of ours must cost the journal entry, not the end of the scan.
            log.exception("the record could not be committed")
            return Message.of("scan.internal_error")
        return None
