"""What is done about threats: the clean-up, the quarantine's undo, protected places, the hospital's procedure."""
