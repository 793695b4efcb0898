"""The command line: the window's job without a window, and the start of the window itself."""
