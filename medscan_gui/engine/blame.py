"""The supervisor's side of finding out which signature was slow on an item (`suspects`)."""

from collections import deque
from collections.abc import Callable

import msgspec

from medscan_gui.core.words import Cause
from medscan_gui.engine import limits
from medscan_gui.engine.events import ItemTrouble
from medscan_gui.engine.process import ChildProcess, Mail
from medscan_gui.engine.protocol import UNDECODABLE, Blamed, Hello, ProtocolError, Refused, Trying, line
from medscan_gui.engine.report import Question, Report

_decoder: "msgspec.json.Decoder[Trying | Blamed | Hello | Refused]" = msgspec.json.Decoder(
    Trying | Blamed | Hello | Refused
)


class BlameLink:
    """One child that looks for the slow rule of one item. It is `done` when `trouble` is as good as it gets."""

    def __init__(self, child: ChildProcess, load: bytes, question: Question) -> None:
        self.child = child
        self.question = question
        self.done = False
        self._trying = Trying("", "")
        self._begun_at = self._tried_at = child.started_at
        self._greeted = False
        child.send(load)
        child.send(line(question.suspect))

    def hear(self, mail: Mail) -> None:
        """Deal with what the child said; whatever it must not say ends it."""
        if not mail.chunk:
            self.done = True
            return
        try:
            messages = _decoder.decode_lines(self.child.lines_of(mail))
        except (*UNDECODABLE, ValueError, ProtocolError):
            self.done = True
            return
        for message in messages:
            if isinstance(message, Trying):
                self._trying, self._tried_at, self._greeted = message, mail.at, True
            elif isinstance(message, Blamed):
                self._trying = Trying(message.rule_file, message.rule)
                self.done = True
            elif isinstance(message, Refused):
                self.done = True

    def watch(self, now: float) -> None:
        """End the search if one try takes too long (that is the rule), or all of them together."""
        if self.done or not self._greeted:
            self.done = self.done or now - self._begun_at > limits.SUSPECT_START_SECONDS
        elif now - self._tried_at > limits.SUSPECT_SECONDS:
            self.done = True
        elif now - self._begun_at > limits.SUSPECT_START_SECONDS + limits.SUSPECT_ALL_SECONDS:
            self._trying = Trying("", "")
            self.done = True

    @property
    def closer(self) -> Question | None:
        """The next question, if only the file of the rule is known yet; None otherwise."""
        if not self._trying.rule_file or self._trying.rule or self.question.suspect.rule_file:
            return None
        suspect = msgspec.structs.replace(self.question.suspect, rule_file=self._trying.rule_file)
        return Question(self.trouble, suspect)

    @property
    def trouble(self) -> ItemTrouble:
        """The item's trouble, with the rule's name if it was found."""
        found = self._trying
        if not found.rule_file:
            return self.question.trouble
        detail = f"{found.rule_file}: {found.rule}" if found.rule else found.rule_file
        problem = msgspec.structs.replace(
            self.question.trouble.problem, cause=Cause.RULE_TOO_SLOW, detail=detail[: limits.DETAIL_CHARS]
        )
        return msgspec.structs.replace(self.question.trouble, problem=problem)


class Blame:
    """Finds out, one item after the other, which signature was slow; the items' troubles are told when it is known."""

    def __init__(self, report: Report, load: bytes, start: Callable[[], ChildProcess]) -> None:
        """`start` starts a child of the role that scans; it may raise whatever ends the scan."""
        self._report = report
        self._load = load
        self._start = start
        self._waiting: deque[Question] = deque()
        self._link: BlameLink | None = None
        self._asked = 0

    @property
    def idle(self) -> bool:
        """Nothing is to be found out."""
        return self._link is None and not self._waiting and not self._report.questions

    def go_on(self, now: float) -> None:
        """Take what is new, end what takes too long, begin what waits."""
        for question in self._report.take_questions():
            self._asked += 1
            if self._asked > limits.SUSPECTS:
                self._report.tell(question.trouble)
            else:
                self._waiting.append(question)
        if self._link is not None:
            self._link.watch(now)
            self._conclude(self._link)
        if self._link is None and self._waiting:
            self._link = BlameLink(self._start(), self._load, self._waiting.popleft())

    def hear(self, mail: Mail) -> bool:
        """Deal with a mail; False if it is of no child of ours."""
        if self._link is None or mail.child is not self._link.child:
            return False
        try:
            self._link.hear(mail)
        finally:
            mail.child.taken()
        self._conclude(self._link)
        return True

    def give_up(self) -> None:
        """The scan is over: tell what is left as it is known."""
        questions = [*self._waiting, *self._report.take_questions()]
        if self._link is not None:
            self._report.tell(self._link.question.trouble)
        self._link = None
        self._waiting.clear()
        for question in questions:
            self._report.tell(question.trouble)

    def _conclude(self, link: BlameLink) -> None:
        if not link.done:
            return
        link.child.kill()
        self._link = None
        if (closer := link.closer) is not None:
            self._waiting.appendleft(closer)
        else:
            self._report.tell(link.trouble)
