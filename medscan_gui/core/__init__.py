"""The words of MedScan as frozen values: no files, no processes, no Qt."""
