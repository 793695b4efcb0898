"""The window: PySide6, and nothing that would be missed without it."""
