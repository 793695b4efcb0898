"""Matchers behind one interface. Only an engine process imports this package."""
