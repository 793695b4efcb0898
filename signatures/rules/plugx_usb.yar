// PlugX, the variants that travel on USB sticks: a shortcut, a false recycle bin and a borrowed, honest program.

rule MedScan_PlugX_USB_Shortcut
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Shortcut into a false recycle bin, as PlugX leaves on USB sticks"
    severity = "critical"
    family = "PlugX"
    threat_type = "worm"
    reference = "https://attack.mitre.org/software/S0013/"
  strings:
    $folder = "RECYCLE\x52.BIN\\" ascii wide nocase
  condition:
    filesize < 64KB and uint32(0) == 0x4C and uint32(4) == 0x00021401 and $folder
}

rule MedScan_PlugX_USB_Program_In_False_Recycle_Bin
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Program in a folder that only pretends to be the recycle bin"
    severity = "high"
    family = "PlugX"
    threat_type = "worm"
    reference = "https://attack.mitre.org/software/S0013/"
  condition:
    uint16(0) == 0x5A4D and filepath matches /[\\\/]RECYCLER\.BIN[\\\/]/i
}

rule MedScan_PlugX_USB_False_Recycle_Bin
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Setting that dresses an ordinary folder as the recycle bin, as PlugX does on USB sticks"
    severity = "high"
    family = "PlugX"
    threat_type = "worm"
    reference = "https://attack.mitre.org/software/S0013/"
  strings:
    $class = "645FF040-5081-101\x42-9F08-00AA002F954E" ascii wide nocase
  condition:
    filesize < 8KB and filename iequals "desktop.ini" and $class and filepath matches /[\\\/]RECYCLER\.BIN[\\\/]/i
}

rule MedScan_PlugX_USB_Program_In_Invisible_Folder
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Program in a folder whose name is an invisible character"
    severity = "high"
    family = "PlugX"
    threat_type = "worm"
    reference = "https://unit42.paloaltonetworks.com/plugx-variants-in-usbs/"
  condition:
    // the no-break space, U+00A0, in UTF-8
    uint16(0) == 0x5A4D and filepath matches /[\\\/](\xC2\xA0)+[\\\/]/
}

rule MedScan_PlugX_USB_Payload
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "PlugX with its packing removed: the part that infects USB sticks"
    severity = "critical"
    family = "PlugX"
    threat_type = "worm"
    reference = "https://attack.mitre.org/software/S0013/"
  strings:
    $s1 = "USB_NOT\x49FY_COP" ascii wide
    $s2 = "USB_NOT\x49FY_INF" ascii wide
    $s3 = "RECYCLE\x52.BIN\\" ascii wide
  condition:
    filesize < 5MB and 2 of them
}
