"""Second engines, as separate processes: ClamAV and Microsoft Defender give their opinion beside MedScan's own."""
