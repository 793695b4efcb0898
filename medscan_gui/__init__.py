"""MedScan: a portable malware scanner for medical devices."""

__version__ = "0.1.0"
