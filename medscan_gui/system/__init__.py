"""The operating system: places, drives, the host."""
