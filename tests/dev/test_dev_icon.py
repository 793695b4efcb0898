"""The Windows icon that the build draws."""

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QImageReader

import dev_icon

DRAWING = Path(__file__).parents[2] / "resources" / "icons" / "medscan.svg"


def test_every_size_is_there_and_painted(tmp_path: Path) -> None:
    target = tmp_path / "medscan.ico"
    dev_icon.write_icon(DRAWING, target)
    reader = QImageReader(str(target))
    assert bytes(reader.format().data()) == b"ico"
    assert reader.imageCount() == len(dev_icon.SIZES)
    for number, size in enumerate(dev_icon.SIZES):
        assert reader.jumpToImage(number)
        image = reader.read()
        assert image.size() == QSize(size, size)
        middle = image.pixelColor(size // 2, size // 2)
        assert middle.alpha() > 0
        colours = {image.pixelColor(x, size // 2).rgba() for x in range(size)}
        assert len(colours) > 1
