"""Policy cards in the window: the editor, and the way in and out for a whole fleet."""
