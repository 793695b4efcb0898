"""What the exit code of a command says. Scripts rely on these: they never change meaning."""

from medscan_gui.core.words import Light

#: No threat found (BLUE), or the command did what it was asked.
BLUE = 0
#: A threat was found and someone must act (RED).
RED = 1
#: The scan could not conclude (AMBER), or a check failed.
AMBER = 2
#: Threats were found and removed (GREEN).
GREEN = 3
#: The command was not understood (EX_USAGE of sysexits.h).
USAGE = 64
#: Something needed is not there: no display, no such scan (EX_UNAVAILABLE).
UNAVAILABLE = 69
#: A fault in MedScan itself (EX_SOFTWARE).
INTERNAL = 70
#: A file asked for could not be written (EX_CANTCREAT). The scan itself is in the journal.
CANNOT_WRITE = 73
#: The device's policy card, or MedScan's own rules, do not allow it (EX_NOPERM). Nothing was done.
NOT_ALLOWED = 77

BY_LIGHT = {Light.BLUE: BLUE, Light.RED: RED, Light.AMBER: AMBER, Light.GREEN: GREEN}
