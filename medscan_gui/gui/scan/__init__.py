"""The parts of the scan page: before, during and after a scan."""
