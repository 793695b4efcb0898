"""The Windows icon, drawn from the project's SVG when the program is built. Runs in .venv (it needs Qt)."""

import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)  # pixels; what Windows asks for at 100 % to 250 %

# The layout of .ico: ICONDIR and ICONDIRENTRY, https://learn.microsoft.com/windows/win32/menurc/resdir
_HEADER = struct.Struct("<HHH")
_ENTRY = struct.Struct("<BBBBHHII")


def png(drawing: Path, size: int) -> bytes:
    """The drawing as a square PNG."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(drawing)).render(painter)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub wants bytes, Qt wants its name
    return bytes(content.data())


def write_icon(drawing: Path, target: Path) -> None:
    """Write an .ico that holds the drawing in every size."""
    images = [png(drawing, size) for size in SIZES]
    offset = _HEADER.size + _ENTRY.size * len(images)
    entries = b""
    for size, image in zip(SIZES, images, strict=True):
        edge = size % 256  # 0 stands for 256
        entries += _ENTRY.pack(edge, edge, 0, 0, 1, 32, len(image), offset)
        offset += len(image)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(_HEADER.pack(0, 1, len(images)) + entries + b"".join(images))
