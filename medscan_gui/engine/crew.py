"""The children of one scan: start them, listen to them, replace the lost, give them work, end them."""

import os
import time
from collections.abc import Callable, Sequence

import msgspec

from medscan_gui.core.bundle import Bundle
from medscan_gui.core.messages import MedScanError, Message
from medscan_gui.core.verdict import EngineProof
from medscan_gui.core.words import Cause, Outcome, Stop
from medscan_gui.engine import limits, orders
from medscan_gui.engine.backlog import Backlog
from medscan_gui.engine.blame import Blame
from medscan_gui.engine.events import AtWork, EngineRestarted, Lost, Role
from medscan_gui.engine.pending import PendingStack
from medscan_gui.engine.process import ChildProcess, Mail, Mailbox
from medscan_gui.engine.protocol import ProtocolError, SelfTest
from medscan_gui.engine.report import Report
from medscan_gui.engine.walker_link import WalkerLink, WalkOrder
from medscan_gui.engine.worker_link import WorkerLink, WorkerRefusedError

Command = Callable[[Role], Sequence[str]]

#: What a lost process makes of the item it was at.
_ENDINGS = {
    Lost.CRASHED: (Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED),
    Lost.PROTOCOL: (Outcome.ENGINE_CRASHED, Cause.ENGINE_DIED),
    Lost.HUNG: (Outcome.TIMED_OUT, Cause.NO_ANSWER),
}


class StoppedError(MedScanError):
    """The scan cannot go on; `stop` says how it ended, the message says it to the operator."""

    def __init__(self, stop: Stop, message: Message) -> None:
        super().__init__(message)
        self.stop = stop


class Crew:
    """One walker and some workers. Used from one thread; what they say comes by the mailbox."""

    def __init__(
        self, bundle: Bundle, patience: limits.Limits, command: Command, report: Report, extras: orders.Extras
    ) -> None:
        """Prepare; nothing is started yet."""
        self.mailbox: Mailbox = Mailbox()
        self.proofs: list[EngineProof] = []
        self.restarts = 0
        self._bundle = bundle
        self._patience = patience
        self._command = command
        self._report = report
        self._backlog = Backlog()
        self._load = orders.load_order(bundle, patience, extras)
        self._walker: WalkerLink | None = None
        self._walk_order = WalkOrder((), skip_virtual=True)
        self._workers: dict[ChildProcess, WorkerLink] = {}
        self._children: list[ChildProcess] = []
        #: Children of each role lost in a row without having become ready.
        self._failed_starts = dict.fromkeys(Role, 0)
        #: Mails of the walker whose receipt waits until the backlog is shorter.
        self._blame = Blame(report, self._load, lambda: self._start_child(Role.SCAN))
        self._held: list[ChildProcess] = []

    # Starting -----------------------------------------------------------------------------------

    def start(self, walk_order: WalkOrder, pending: PendingStack, workers: int) -> None:
        """Start the walker and the workers. Raises StoppedError."""
        self._walk_order = walk_order
        self._start_walker(pending)
        for place in range(max(1, workers or os.cpu_count() or 1)):
            self._start_worker(prefers_large=place > 0)

    def _start_child(self, role: Role) -> ChildProcess:
        try:
            child = ChildProcess(self._command(role), self.mailbox)
        except OSError as error:
            message = Message.of("engine.not_started", detail=str(error)[: limits.DETAIL_CHARS])
            raise StoppedError(Stop.ENGINE_FAILED, message) from error
        self._children.append(child)
        return child

    def _start_walker(self, pending: PendingStack) -> None:
        child = self._start_child(Role.WALK)
        self._walker = WalkerLink(child, self._walk_order, pending, self._report, self._backlog)

    def _start_worker(self, *, prefers_large: bool) -> None:
        child = self._start_child(Role.SCAN)
        self._workers[child] = WorkerLink(child, self._load, self._report, prefers_large=prefers_large)

    # Listening ----------------------------------------------------------------------------------

    def hear(self, mail: Mail) -> None:
        """Deal with what a child said. Raises StoppedError."""
        if self._walker is not None and mail.child is self._walker.child:
            self._hear_walker(self._walker, mail)
        elif worker := self._workers.get(mail.child):
            self._hear_worker(worker, mail)
        elif not self._blame.hear(mail):
            mail.child.taken()  # said before it was given up

    def _hear_worker(self, worker: WorkerLink, mail: Mail) -> None:
        proven = worker.proof is not None
        try:
            if not mail.chunk:
                self._lose_worker(worker, Lost.CRASHED, worker.child.why_gone())
                return
            worker.hear(mail)
        except ProtocolError as error:
            self._lose_worker(worker, Lost.PROTOCOL, str(error))
        except WorkerRefusedError as error:
            if worker.proof is not None:
                self.proofs.append(worker.proof)
            raise _refusal(error) from error
        else:
            if worker.proof is not None and not proven:
                self._greet(worker.proof)
        finally:
            mail.child.taken()

    def _greet(self, proof: EngineProof) -> None:
        self.proofs.append(proof)
        self._failed_starts[Role.SCAN] = 0
        if proof.bundle_digest != self._bundle.digest or proof.rules_loaded != self._bundle.rule_count:
            message = Message.of("engine.rules_differ", loaded=proof.rules_loaded, expected=self._bundle.rule_count)
            raise StoppedError(Stop.SIGNATURES_REFUSED, message)
        if proof.hashes_loaded != self._bundle.hash_count:
            message = Message.of("engine.rules_differ", loaded=proof.hashes_loaded, expected=self._bundle.hash_count)
            raise StoppedError(Stop.SIGNATURES_REFUSED, message)

    def _hear_walker(self, walker: WalkerLink, mail: Mail) -> None:
        try:
            if mail.chunk:
                walker.hear(mail)
                if walker.done:
                    walker.child.finish()
            elif not walker.done:
                self._lose_walker(walker, Lost.CRASHED, walker.child.why_gone())
        except ProtocolError as error:
            if not walker.done:
                self._lose_walker(walker, Lost.PROTOCOL, str(error))
        finally:
            self._held.append(mail.child)
            self._release()

    def _release(self) -> None:
        if self._backlog.memory < limits.BACKLOG_BYTES:
            while self._held:
                self._held.pop().taken()

    # Losing -------------------------------------------------------------------------------------

    def watch(self, now: float) -> None:
        """Give up the children that owe an answer for too long. Raises StoppedError."""
        for worker in list(self._workers.values()):
            if worker.is_hung(now, self._patience):
                self._lose_worker(worker, Lost.HUNG, "")
        if self._walker is not None and self._walker.is_hung(now, self._patience):
            self._lose_walker(self._walker, Lost.HUNG, "")
        self._blame.go_on(now)

    def _lose_worker(self, worker: WorkerLink, lost: Lost, detail: str) -> None:
        worker.child.kill()
        del self._workers[worker.child]
        path, rest = worker.lose(*_ENDINGS[lost], detail)
        for batch in reversed(rest):
            self._backlog.put_back(batch)
        self._count_loss(Role.SCAN, lost, detail, path, started=worker.proof is not None)
        if self._backlog or not self.walk_complete or not self._workers:
            self._start_worker(prefers_large=worker.prefers_large)

    def _lose_walker(self, walker: WalkerLink, lost: Lost, detail: str) -> None:
        walker.child.kill()
        path = walker.lose(*_ENDINGS[lost], detail)
        self._count_loss(Role.WALK, lost, detail, path, started=walker.greeted)
        live = msgspec.structs.replace(self._walk_order.live, places=walker.places_left)
        self._walk_order = msgspec.structs.replace(self._walk_order, live=live)
        self._start_walker(walker.pending)

    def _count_loss(self, role: Role, lost: Lost, detail: str, path: bytes, *, started: bool) -> None:
        self.restarts += 1
        self._report.tell(EngineRestarted(role=role, lost=lost, detail=detail, path=path))
        self._failed_starts[role] = 0 if started else self._failed_starts[role] + 1
        if self._failed_starts[role] >= self._patience.max_failed_starts:
            raise StoppedError(Stop.ENGINE_FAILED, Message.of("engine.not_started", detail=detail or lost.value))
        if self.restarts > self._patience.max_restarts:
            raise StoppedError(Stop.ENGINE_FAILED, Message.of("engine.lost_too_often", count=self.restarts))

    # Working ------------------------------------------------------------------------------------

    def hand_out(self) -> None:
        """Give work to the workers that want some, the least busy first."""
        while self._backlog:
            free = [worker for worker in self._workers.values() if worker.wants_work]
            if not free:
                break
            worker = min(free, key=lambda free_one: free_one.load)
            worker.give(self._backlog.take(prefer_large=worker.prefers_large))
        self._release()

    def pause(self) -> None:
        """Let no worker begin anything more."""
        for worker in self._workers.values():
            worker.pause()

    def resume(self) -> None:
        """Let all workers go on."""
        for worker in self._workers.values():
            worker.resume()

    @property
    def walk_complete(self) -> bool:
        """The walk reached its end."""
        return self._walker is not None and self._walker.done

    @property
    def finished(self) -> bool:
        """Everything was walked and everything given has ended, by workers that have proven themselves."""
        return (
            self.walk_complete
            and not self._backlog
            and self._blame.idle
            and all(worker.idle for worker in self._workers.values())
            and any(worker.proof is not None for worker in self._workers.values())
        )

    def at_work(self, now: float) -> AtWork | None:
        """Return the item that has been worked on for the longest; None if none is."""
        found = [(*at_work, child.pid) for child, worker in self._workers.items() if (at_work := worker.at_work())]
        if not found:
            return None
        begun_at, path, pid = min(found)
        return AtWork(path, max(0.0, now - begun_at), pid)

    # Ending -------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Let every child leave by itself, for a while; one that is still loading rules has nothing to finish."""
        until = time.monotonic() + self._patience.leave_seconds
        for child, worker in self._workers.items():
            if worker.proof is None:
                child.kill()
        for child in self._children:
            child.finish()
        for child in self._children:
            child.wait(max(0.0, until - time.monotonic()))

    def kill(self) -> None:
        """End every child now. One that is stuck in the kernel, on a dead medium, is left to die by itself."""
        for child in self._children:
            child.kill()
        until = time.monotonic() + self._patience.kill_seconds
        for child in self._children:
            child.reap(max(0.0, until - time.monotonic()))
        self._workers.clear()
        self._blame.give_up()


def _refusal(error: WorkerRefusedError) -> StoppedError:
    refused = error.refused
    if refused is not None:
        code = "engine.rule_file_refused" if refused.file else "engine.rules_refused"
        message = Message.of(code, file=refused.file, line=refused.line, detail=refused.detail)
        return StoppedError(Stop.SIGNATURES_REFUSED, message)
    counter = error.hello is not None and error.hello.self_test is SelfTest.COUNTER_MATCHED
    code = "engine.self_test_counter" if counter else "engine.self_test_sample"
    return StoppedError(Stop.SELF_TEST_FAILED, Message.of(code))
