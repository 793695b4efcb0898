"""Turns bytes into findings: the engine's processes, and the supervisor that trusts nothing they say."""
