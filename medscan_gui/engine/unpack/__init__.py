"""Containers of all families behind one interface. Only an engine process imports this package."""
