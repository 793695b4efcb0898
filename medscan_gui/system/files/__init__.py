"""Careful handling of single files on a scanned device; `system.originals` is the way in."""
