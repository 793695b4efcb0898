"""Stands in for MpCmdRun.exe and PowerShell, which only Windows has: says what it was told to say.

fake_defender.py FOLDER scan -Scan -ScanType 3 -File TARGET ...   prints FOLDER/scan.txt, exits with FOLDER/code.txt
fake_defender.py FOLDER shell QUERY                               prints the first, then the second FOLDER/state-*.json
"""

import sys
from pathlib import Path

folder, role, *arguments = sys.argv[1:]
place = Path(folder)
if role == "shell":
    scanned = (place / "asked.txt").exists()
    sys.stdout.buffer.write((place / ("state-after.json" if scanned else "state-before.json")).read_bytes())
    sys.exit(0)
(place / "asked.txt").write_text("\n".join(arguments))
target = arguments[arguments.index("-File") + 1]
sys.stdout.buffer.write((place / "scan.txt").read_bytes().replace(b"{target}", target.encode()))
sys.exit(int((place / "code.txt").read_text()))
