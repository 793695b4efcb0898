"""Benchmarks: what MedScan costs, beside what a user would pick instead."""
