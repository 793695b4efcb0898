"""What the models share: roles, the root of a model, and tool tips that stay text."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex

#: The root of every model; an invalid index is never changed by anyone.
ROOT = QModelIndex()

#: Role under which a cell gives its native value, for sorting.
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
#: Role under which a row gives the value it shows.
VALUE_ROLE = Qt.ItemDataRole.UserRole + 2
#: Role under which a row gives its further lines.
DETAIL_ROLE = Qt.ItemDataRole.UserRole + 3


def plain_tip(text: str) -> str:
    """Return a tool tip that Qt shows as it is, whatever mark-up a hostile name imitates."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p>{escaped}</p>"
