"""A stick with a locked archive: AMBER, its password, BLUE; and the choice of depth for this computer."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from studio import Studio, click, type_into, until

from medscan_gui.core.words import Light, ScanDepth, TargetKind
from medscan_gui.gui.unlock.dialog import PasswordDialog


def locked_files(studio: Studio) -> None:
    """Scan, look at the offer, enter the password."""
    studio.choose("PARTNER", 4)
    studio.scan()
    studio.wait_for(Light.AMBER)
    studio.picture("locked")

    def give(dialog: QDialog) -> None:
        assert isinstance(dialog, PasswordDialog)
        type_into(dialog.field, "infected")
        QTest.qWait(100)
        studio.picture("passwords", dialog)
        QTest.keyClick(dialog.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    studio.answer(PasswordDialog, give)
    click(studio.page.result.locked_notice.button)
    until(lambda: studio.page.hero.light.light is Light.BLUE)
    studio.wait_for(Light.BLUE)
    studio.picture_to_look_at("unlocked")
    studio.again()


def depth(studio: Studio) -> None:
    """Look at the choice of depth; the device's field names the computer: not for README."""
    chooser = studio.page.ready.chooser
    kinds = [choice.target.kind for choice in chooser.model.choices]
    chooser.view.setCurrentIndex(chooser.model.index(kinds.index(TargetKind.COMPUTER)))
    chooser.depth_choice.choose(ScanDepth.QUICK)
    QTest.qWait(300)
    studio.picture_to_look_at("depth")
    chooser.depth_choice.choose(ScanDepth.FULL)
