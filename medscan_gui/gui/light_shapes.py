"""The shapes of the light, drawn in a square from -50 to 50. Each state has a silhouette of its own.

Who cannot tell the colours apart still tells a disc from a shield, an octagon and a triangle.
"""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from medscan_gui.core.words import Light
from medscan_gui.gui.theme.tokens import LightColours


def _polygon(points: Sequence[tuple[float, float]]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    path.closeSubpath()
    return path


def _disc() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), 42, 42)
    return path


def _octagon() -> QPainterPath:
    corners = [math.radians(22.5 + 45 * corner) for corner in range(8)]
    return _polygon([(45 * math.cos(angle), 45 * math.sin(angle)) for angle in corners])


def _triangle() -> QPainterPath:
    return _polygon([(0, -44), (48, 40), (-48, 40)])


def _shield() -> QPainterPath:
    path = QPainterPath(QPointF(0, -46))
    path.cubicTo(12, -38, 26, -34, 39, -33)
    path.lineTo(39, -4)
    path.cubicTo(39, 22, 22, 38, 0, 47)
    path.cubicTo(-22, 38, -39, 22, -39, -4)
    path.lineTo(-39, -33)
    path.cubicTo(-26, -34, -12, -38, 0, -46)
    path.closeSubpath()
    return path


def _ring() -> QPainterPath:
    path = _disc()
    hole = QPainterPath()
    hole.addEllipse(QPointF(0, 0), 27, 27)
    return path.subtracted(hole)


SILHOUETTES: dict[Light, Callable[[], QPainterPath]] = {
    Light.BLUE: _disc,
    Light.GREEN: _shield,
    Light.RED: _octagon,
    Light.AMBER: _triangle,
    Light.IDLE: _ring,
    Light.SCANNING: _disc,
}


def _stroke(painter: QPainter, colour: QColor, width: float, points: Sequence[tuple[float, float]]) -> None:
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline([QPointF(x, y) for x, y in points])


def _dot(painter: QPainter, colour: QColor, x: float, y: float, radius: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(x, y), radius, radius)


def _check(painter: QPainter, colour: QColor) -> None:
    _stroke(painter, colour, 9, [(-20, 1), (-6, 16), (21, -15)])


def _exclamation(painter: QPainter, colour: QColor) -> None:
    _stroke(painter, colour, 11, [(0, -23), (0, 5)])
    _dot(painter, colour, 0, 22, 6.5)


def _question(painter: QPainter, colour: QColor) -> None:
    path = QPainterPath(QPointF(-9.5, -5))
    path.cubicTo(-9.5, -20, 11, -20, 11, -5)
    path.cubicTo(11, 4, 0, 4, 0, 14)
    pen = QPen(colour, 7.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    _dot(painter, colour, 0, 27.5, 5)


def _broom(painter: QPainter, colour: QColor) -> None:
    painter.save()
    painter.rotate(38)
    _stroke(painter, colour, 6.5, [(0, -32), (0, -4)])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPath(_polygon([(-9, -6), (9, -6), (17, 25), (-17, 25)]))
    painter.restore()


def _bristles(painter: QPainter, colour: QColor) -> None:
    painter.save()
    painter.rotate(38)
    for x in (-6.0, 6.0):
        _stroke(painter, colour, 2.4, [(x, 12), (x * 1.25, 23)])
    painter.restore()


def _dots(painter: QPainter, colour: QColor) -> None:
    for x in (-19.0, 0.0, 19.0):
        _dot(painter, colour, x, 0, 6)


def _symbol(painter: QPainter, light: Light, symbol: QColor, fill: QColor) -> None:
    match light:
        case Light.BLUE:
            _check(painter, symbol)
        case Light.GREEN:
            _broom(painter, symbol)
            _bristles(painter, fill)
        case Light.RED:
            _exclamation(painter, symbol)
        case Light.AMBER:
            _question(painter, symbol)
        case Light.SCANNING:
            _dots(painter, symbol)
        case Light.IDLE:
            pass  # an unlit ring says nothing, and that is its meaning


def paint_light(
    painter: QPainter, box: QRectF, light: Light, colours: LightColours, *, glow: float = 0.0
) -> None:
    """Paint one state of the light into the largest square of `box`; `glow`, 0 to 1, lights a halo."""
    side = min(box.width(), box.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.center())
    painter.scale(side / 116, side / 116)  # room for the rim and the halo
    fill, edge, symbol = QColor(colours.fill), QColor(colours.edge), QColor(colours.symbol)
    silhouette = SILHOUETTES[light]()
    if glow > 0:
        _paint_glow(painter, silhouette, edge, glow)
    rim = QPen(edge, 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(rim)
    painter.setBrush(fill)
    painter.drawPath(silhouette)
    _symbol(painter, light, symbol, fill)
    painter.restore()


def _paint_glow(painter: QPainter, silhouette: QPainterPath, colour: QColor, glow: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for width, share in ((22.0, 0.14), (14.0, 0.20)):
        halo = QColor(colour)
        halo.setAlphaF(share * glow)
        painter.setPen(QPen(halo, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(silhouette)
