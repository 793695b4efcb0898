"""The card of a device or of its model: which one is in force, every field of it, and taking it away."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QDialog, QMessageBox, QRadioButton, QScrollArea, QWidget

from medscan_gui.core.device import Device
from medscan_gui.core.names import shown
from medscan_gui.core.policy import CardOrigin, PolicyCard, StoredCard
from medscan_gui.core.record import timestamp
from medscan_gui.core.text import _
from medscan_gui.gui.cards.check import LINE
from medscan_gui.gui.cards.fields import LineField
from medscan_gui.gui.cards.form import CardForm
from medscan_gui.gui.cards.known import CardsKnown
from medscan_gui.gui.cards.phrases import has_model, model_title, origin_words, saved_words
from medscan_gui.gui.models.scans import device_title
from medscan_gui.gui.widgets import Button, Label, Notice, Panel, column, row
from medscan_gui.gui.widgets.panels import PAGE_MARGIN

_WIDTH, _HEIGHT = 960, 720
#: Characters of a make and model: the words of a round button cannot be wrapped.
_MODEL = 60


class CardEditor(QDialog):
    """Asks what is allowed on a device. `save_wanted` carries the StoredCard; close it once that is kept."""

    save_wanted = Signal(object)
    #: The StoredCard that is wanted as a file.
    file_wanted = Signal(object)

    def __init__(self, device: Device, known: CardsKnown, operator: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._device, self._known = device, known
        self._typed = False
        self.title = Label(role="title", wrap=True)
        self.in_force = Label(role="soft", wrap=True)
        self.notice = Notice()
        self.for_device, self.for_model = QRadioButton(), QRadioButton()
        self._which = QButtonGroup(self)
        for button in (self.for_device, self.for_model):
            self._which.addButton(button)
        self._scope_note = Label(role="soft", wrap=True)
        self.form = CardForm()
        self.person = LineField(LINE)
        self._person_title = Label()
        self._person_title.setBuddy(self.person)
        self.person.setText(shown(operator, LINE))
        self.as_file = Button(role="quiet", icon_name="save")
        self.take_away = Button()
        self.cancel = Button()
        self.save = Button(role="primary", icon_name="save")
        self._lay_out()
        origin = known.origin or CardOrigin.DEVICE
        (self.for_model if origin is CardOrigin.MODEL else self.for_device).setChecked(True)
        self.for_model.setEnabled(has_model(device))
        self._connect()
        self._show_card()
        self.retranslate()

    def _lay_out(self) -> None:
        inside = Panel("page")
        inside.setLayout(column([self.form]))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        self._scroll = scroll
        self.person.setFixedWidth(240)
        scopes = row([column([self.for_device, self.for_model], gap=0), None, self.as_file], gap=24)
        buttons = row([self._person_title, self.person, None, self.take_away, self.cancel, self.save])
        head = column([self.title, self.in_force], gap=4)
        layout = column([head, scopes, self._scope_note, self.notice, scroll], margins=PAGE_MARGIN, gap=12)
        layout.addLayout(buttons)
        layout.setStretch(4, 1)
        self.setLayout(layout)
        screen = self.screen().availableGeometry()
        self.resize(min(_WIDTH, screen.width() - 40), min(_HEIGHT, screen.height() - 60))

    def _connect(self) -> None:
        self._which.buttonClicked.connect(self._scope_chosen)
        self.form.edited.connect(self._edited)
        self.person.textEdited.connect(self._edited)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.reject)
        self.take_away.clicked.connect(self._take_away)
        self.as_file.clicked.connect(self._want_file)

    @property
    def origin(self) -> CardOrigin:
        """Whose card is being edited."""
        return CardOrigin.MODEL if self.for_model.isChecked() else CardOrigin.DEVICE

    def retranslate(self) -> None:
        """Set every text."""
        title = device_title(self._device.title)
        self.setWindowTitle(_("Policy card"))
        self.title.setText(_("Policy card: {device}").format(device=title))
        self.for_device.setText(_("For this device only"))
        model = shown(model_title(self._device.make, self._device.model), _MODEL)
        template = _("For every device of this model: {model}")
        self.for_model.setText(template.format(model=model) if has_model(self._device) else _("For its model"))
        self._person_title.setText(_("Your name"))
        self.person.setAccessibleName(_("Your name"))
        self.save.setText(_("Save"))
        self.cancel.setText(_("Cancel"))
        self.as_file.setText(_("Save as a file…"))
        self.as_file.setToolTip(_("Writes the card as it is in the journal, to be imported elsewhere."))
        self.take_away.setText(_("Take the card away…"))
        self.form.retranslate()
        self._say_scope()

    def _say_scope(self) -> None:
        origin = self._known.origin
        if origin is None:
            self.in_force.setText(
                _(
                    "No card yet. Without one, a removable medium may be cleaned at the operator’s word, and any other "
                    "device is only looked at."
                )
            )
        else:
            stored = self._known.stored(origin)
            words = _("In force now: {card}, {saved}.")
            saved = saved_words(stored) if stored else ""
            self.in_force.setText(words.format(card=origin_words(origin), saved=saved))
        note = ""
        if not has_model(self._device):
            note = _("A card for its model needs make and model: enter them with “Edit device…” in the journal.")
        elif self.origin is CardOrigin.MODEL and self._known.stored(CardOrigin.DEVICE):
            note = _("This device has a card of its own, which comes first. Take that one away to follow its model’s.")
        self._scope_note.setText(note)
        self._scope_note.setVisible(bool(note))
        for button in (self.take_away, self.as_file):
            button.setVisible(self._known.stored(self.origin) is not None)

    def _show_card(self) -> None:
        if not self._typed:
            self.form.show_card(self._known.card(self.origin))

    @Slot()
    def _scope_chosen(self) -> None:
        self._show_card()
        self._say_scope()

    @Slot()
    def _edited(self) -> None:
        self._typed = self._typed or self.sender() is self.form
        self.notice.show_text("")

    @Slot()
    def _save(self) -> None:
        if (wrong := self.form.show_first_fault()) is not None:
            self._scroll.ensureWidgetVisible(wrong)
            self.notice.show_text(_("Something is not right yet: read what is said beside the field."))
        elif self._has_person():
            self._want(self.form.card())

    def _has_person(self) -> bool:
        if self.person.text().strip():
            return True
        self.notice.show_text(_("Enter your name: the journal keeps who changed a card."))
        self.person.setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    @Slot()
    def _take_away(self) -> None:
        if self._has_person() and confirm_taking_away(self):
            self._want(None)

    def _want(self, card: PolicyCard | None) -> None:
        device, model = self._device, self.origin is CardOrigin.MODEL
        self.set_busy(busy=True)
        self.save_wanted.emit(
            StoredCard(
                device_id="" if model else device.id,
                make=device.make if model else "",
                model=device.model if model else "",
                card=card,
                saved=timestamp(datetime.now(UTC)),
                operator=" ".join(self.person.text().split()),
            )
        )

    @Slot()
    def _want_file(self) -> None:
        self.file_wanted.emit(self._known.stored(self.origin))

    def set_busy(self, *, busy: bool) -> None:
        """Wait for the journal, or let go on."""
        for button in (self.save, self.take_away, self.as_file):
            button.setEnabled(not busy)

    def show_failure(self, sentence: str) -> None:
        """Say why the card was not kept; what was typed stays."""
        self.set_busy(busy=False)
        self.notice.show_text(sentence)

    @property
    def typed(self) -> bool:
        """Whether anything in the form was changed by hand."""
        return self._typed

    def reject(self) -> None:
        """Close; ask first if something was typed."""
        if not self._typed or confirm_leaving(self):
            super().reject()


def confirm_taking_away(parent: QWidget) -> bool:
    """Ask before a card is taken away; the safe answer is the default one."""
    return _confirm(
        parent,
        _("Take the card away?"),
        _(
            "From now on the device follows its model’s card, or what holds without a card. "
            "The journal keeps the old one."
        ),
        _("Take the card away"),
        _("Keep the card"),
    )


def confirm_leaving(parent: QWidget) -> bool:
    """Ask before what was typed is lost."""
    return _confirm(
        parent,
        _("Close without saving?"),
        _("What you typed on the card will be lost."),
        _("Close without saving"),
        _("Go on editing"),
    )


def _confirm(parent: QWidget, question: str, what: str, go: str, stay: str) -> bool:
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(_("Policy card"))
    box.setText(question)
    box.setInformativeText(what)
    yes = box.addButton(go, QMessageBox.ButtonRole.AcceptRole)
    no = box.addButton(stay, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    box.exec()
    confirmed = box.clickedButton() is yes
    box.deleteLater()
    return confirmed
