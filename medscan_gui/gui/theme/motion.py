"""Whether the person in front of the screen asked the system for less movement."""

import sys

# winuser.h: SystemParametersInfo, "whether client area animations are enabled".
_SPI_GETCLIENTAREAANIMATION = 0x1042


if sys.platform == "win32":

    def less_motion_wanted() -> bool:
        """Return the system's wish."""
        import ctypes

        animated = ctypes.c_int(1)
        asked = ctypes.windll.user32.SystemParametersInfoW(_SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(animated), 0)
        return bool(asked) and not animated.value

else:

    def less_motion_wanted() -> bool:
        """Return False: there is no one place to ask."""
        return False
