"""Small widgets that every page is built from."""

from medscan_gui.gui.widgets.buttons import Button
from medscan_gui.gui.widgets.labels import ElidedLabel, Label
from medscan_gui.gui.widgets.notice import Notice
from medscan_gui.gui.widgets.panels import Card, Panel, column, line, row, scrolled

__all__ = ["Button", "Card", "ElidedLabel", "Label", "Notice", "Panel", "column", "line", "row", "scrolled"]
