"""What leaves: the advice, the report and its PDF, JSON and tables."""
