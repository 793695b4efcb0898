"""What a computer holds besides files: processes' memory, autostart places, sectors outside of files."""
