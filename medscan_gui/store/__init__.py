"""What survives: the journal, the settings, the signature bundles."""
