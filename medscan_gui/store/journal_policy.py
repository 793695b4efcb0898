"""What the hospital decided, in the journal: accepted files, policy cards, ticked steps of its procedure."""

from collections.abc import Iterable

from medscan_gui.core.acceptance import Acceptance
from medscan_gui.core.action import ProcedureStep
from medscan_gui.core.policy import StoredCard
from medscan_gui.store import queries_latest
from medscan_gui.store.index_latest import card_key, is_digest, model_key
from medscan_gui.store.journal_base import JournalBase, encoded
from medscan_gui.store.kinds import Kind


class PolicyJournal(JournalBase):
    """The journal's part for decisions. What was decided last counts; nothing is entered twice."""

    def accept(self, acceptance: Acceptance) -> None:
        """Enter that a content is accepted, or no longer.

        Raises ValueError if it names no content: what has no digest can never be accepted.
        """
        if not is_digest(acceptance.sha256):
            raise ValueError("only a SHA-256 can be accepted")
        body = encoded(acceptance)
        with self._writing() as connection:
            if queries_latest.acceptance(connection, acceptance.sha256) != acceptance:
                self._append(connection, Kind.FILE_ACCEPTED, body)

    def acceptances(self, *, withdrawn: bool = False) -> tuple[Acceptance, ...]:
        """Return the latest acceptance of each content, the latest first; also expired ones (see `counts_on`).

        With `withdrawn`, those that were withdrawn too.
        """
        with self._reading() as connection:
            return queries_latest.acceptance_list(connection, withdrawn=withdrawn)

    def save_card(self, stored: StoredCard) -> None:
        """Enter the card of a device or model, or that it is taken away; nothing is entered if that changes nothing.

        Raises ValueError if it names neither a device nor a make or model.
        """
        self.save_cards((stored,))

    def save_cards(self, cards: Iterable[StoredCard]) -> int:
        """Enter many cards at once, all or none; return how many changed something. As `save_card`."""
        bodies = [(stored, card_key(stored), encoded(stored)) for stored in cards]
        if any(key is None for _stored, key, _body in bodies):
            raise ValueError("a card belongs to a device, or to a make and model")
        changed = 0
        with self._writing() as connection:
            for stored, key, body in bodies:
                known = queries_latest.card(connection, key)
                if (known.card if known else None) != stored.card:
                    self._append(connection, Kind.CARD_SAVED, body)
                    changed += 1
        return changed

    def card_of(self, device_id: str) -> StoredCard | None:
        """Return the device's own card; None if it has none, or if it was taken away."""
        return self._card((device_id, "", ""))

    def card_of_model(self, make: str, model: str) -> StoredCard | None:
        """Return the card of all devices of this make and model; None if there is none, or if it was taken away."""
        return self._card(model_key(make, model))

    def _card(self, key: tuple[str, str, str] | None) -> StoredCard | None:
        with self._reading() as connection:
            stored = queries_latest.card(connection, key)
        return stored if stored and stored.card is not None else None

    def cards(self) -> tuple[StoredCard, ...]:
        """Return the cards of all devices and models that have one, the latest first."""
        with self._reading() as connection:
            return queries_latest.card_list(connection)

    def tick(self, step: ProcedureStep) -> None:
        """Enter that a step of the hospital's procedure was ticked, or unticked."""
        body = encoded(step)
        with self._writing() as connection:
            if queries_latest.step(connection, step.scan_id, step.step) != step:
                self._append(connection, Kind.STEP_TICKED, body)

    def steps(self, scan_id: str) -> tuple[ProcedureStep, ...]:
        """Return the latest of each step that was ticked or unticked after a scan, the latest last."""
        with self._reading() as connection:
            return queries_latest.step_list(connection, scan_id)
