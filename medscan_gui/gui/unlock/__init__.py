"""Locked archives and documents: passwords are asked for, and what was locked is read once more."""
