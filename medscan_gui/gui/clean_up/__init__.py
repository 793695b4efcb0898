"""Clean-up in the window: what the operator is asked, and what is shown while it runs."""
