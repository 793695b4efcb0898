"""Table, list and tree models: committed records as Qt's views read them, testable without a window."""
