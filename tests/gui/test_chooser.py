"""The target chooser: the obvious target is chosen, the operator's choice is kept, media come and go."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from medscan_gui.core.device import Target
from medscan_gui.core.words import TargetKind
from medscan_gui.gui.scan.chooser import TargetChooser, dropped_path
from medscan_gui.gui.scan.ready import ReadyView
from medscan_gui.gui.scan.targets import Choice, Sight, look
from medscan_gui.system.volumes import target_for_path
from tests.gui.scripted import COMPUTER, SIGHT, STICK

Show = Callable[[QWidget], None]
WITHOUT_STICK = Sight(computer=COMPUTER, obvious=COMPUTER, volumes=SIGHT.volumes[1:])


@pytest.fixture
def chooser(shown: Show) -> TargetChooser:
    made = TargetChooser(target_for_path)
    made.retranslate()
    made.resize(800, 400)
    shown(made)
    return made


def test_nothing_is_chosen_before_the_first_look(chooser: TargetChooser) -> None:
    assert chooser.target is None


def test_the_obvious_target_is_chosen(chooser: TargetChooser) -> None:
    chooser.show_sight(SIGHT)
    assert chooser.target == STICK
    chooser.show_sight(WITHOUT_STICK)
    assert chooser.target == COMPUTER
    chooser.show_sight(SIGHT)
    assert chooser.target == STICK


def test_the_operators_choice_is_kept_while_it_is_there(chooser: TargetChooser, qtbot: QtBot) -> None:
    chooser.show_sight(WITHOUT_STICK)
    images = chooser.model.index(1)
    QTest.mouseClick(
        chooser.view.viewport(), Qt.MouseButton.LeftButton, pos=chooser.view.visualRect(images).center()
    )
    assert chooser.target is not None
    assert chooser.target.label == "IMAGES"
    chooser.show_sight(SIGHT)
    assert chooser.target.label == "IMAGES"
    chooser.show_sight(Sight(computer=COMPUTER, obvious=STICK, volumes=SIGHT.volumes[:1]))
    assert chooser.target == STICK


def test_the_keyboard_chooses(chooser: TargetChooser, qtbot: QtBot) -> None:
    chooser.show_sight(SIGHT)
    chosen: list[Target] = []
    chooser.chosen.connect(chosen.append)
    chooser.view.setFocus()
    QTest.keyClick(chooser.view, Qt.Key.Key_Down)
    assert chosen == [COMPUTER]
    with qtbot.waitSignal(chooser.confirmed):
        QTest.keyClick(chooser.view, Qt.Key.Key_Return)


def test_a_chosen_folder_comes_first_and_stays(chooser: TargetChooser, qtbot: QtBot, tmp_path: Path) -> None:
    chooser.show_sight(SIGHT)
    with qtbot.waitSignal(chooser.chosen):
        chooser.choose_path(str(tmp_path))
    assert chooser.target is not None
    assert chooser.target.kind is TargetKind.FOLDER
    assert chooser.view.currentIndex().row() == 0
    chooser.show_sight(WITHOUT_STICK)
    assert chooser.target.kind is TargetKind.FOLDER


def _drop(widget: QWidget, data: QMimeData) -> None:
    event = QDropEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    widget.dropEvent(event)


def test_a_dropped_file_is_chosen(shown: Show, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "été <b>.txt"
    file.write_bytes(b"x")
    view = ReadyView(target_for_path)
    shown(view)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    with qtbot.waitSignal(view.chooser.chosen):
        _drop(view, data)
    assert view.chooser.target is not None
    assert view.chooser.target.kind is TargetKind.FILE


@pytest.mark.parametrize("urls", [[], ["https://example.org/x"], ["file:///a", "file:///b"]])
def test_other_drops_are_refused(qapp: object, urls: list[str]) -> None:
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    assert dropped_path(data) is None


def test_hostile_labels_are_shown_as_they_are(chooser: TargetChooser) -> None:
    evil = Target(
        kind=TargetKind.VOLUME,
        paths=("/media/\u202egpj.exe\n<b>x".encode(),),
        label="\u202egpj" + "A" * 5000,
        removable=True,
    )
    choice = Choice(evil)
    assert "\u202e" not in choice.title + choice.detail
    assert "\n" not in choice.title + choice.detail
    assert len(choice.title) < 200
    chooser.show_sight(Sight(computer=COMPUTER, obvious=evil))
    chooser.grab()


def test_the_real_system_can_be_looked_at() -> None:
    sight = look()
    assert sight.computer.kind is TargetKind.COMPUTER
    assert sight.computer.paths
    assert sight.obvious.paths
    assert not any(volume.system for volume, _target in sight.volumes)


def test_each_line_speaks_to_screen_readers(chooser: TargetChooser) -> None:
    chooser.show_sight(SIGHT)
    said = [
        chooser.model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(chooser.model.rowCount())
    ]
    assert said[0].startswith("ECHO-EXPORT, Removable medium")
    assert said[1].startswith("This computer, ")
