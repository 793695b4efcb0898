// Worms written as scripts, which copy themselves to every stick, and the remote control programs that come with them.

rule MedScan_Houdini_Worm
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "H-worm (Houdini, Dunihi): script that infects USB sticks and obeys a remote controller"
    severity = "critical"
    family = "H-worm"
    threat_type = "worm"
    reference = "https://attack.mitre.org/techniques/T1091/"
  strings:
    $s1 = "is-r\x65ady" nocase
    $s2 = "enum-\x64river" nocase
    $s3 = "enu\x6D-faf" nocase
    $s4 = "enum-p\x72ocess" nocase
    $s5 = "cmd-\x73hell" nocase
    $s6 = "sit\x65-send" nocase
    $s7 = "lnkf\x6Flder" nocase
  condition:
    filesize < 2MB and uint16(0) != 0x5A4D and 4 of them
}

rule MedScan_Script_Copies_Itself_To_Sticks
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Script that copies itself to USB sticks and replaces folders by shortcuts"
    severity = "high"
    family = "Script worm"
    threat_type = "worm"
    reference = "https://attack.mitre.org/techniques/T1091/"
  strings:
    $files = "scripting.fil\x65systemobject" ascii wide nocase
    $itself = "wscript.scr\x69ptfullname" ascii wide nocase
    $drives = ".driv\x65type" ascii wide nocase
    $copy = ".cop\x79file" ascii wide nocase
    $hide = ".attr\x69butes" ascii wide nocase
    $link = ".create\x73hortcut" ascii wide nocase
  condition:
    filesize < 2MB and uint16(0) != 0x5A4D and all of them
}

rule MedScan_NjRAT
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "njRAT (Bladabindi): remote control program that also spreads by USB sticks"
    severity = "critical"
    family = "njRAT"
    threat_type = "backdoor"
    reference = "https://attack.mitre.org/software/S0385/"
  strings:
    $zone = "SEE_MASK_N\x4FZONECHECKS" wide
    $s1 = "netsh firewall ad\x64 allowedprogram \"" wide
    $s2 = "netsh firewall dele\x74e allowedprogram \"" wide
    $s3 = "cmd.exe /c pin\x67 0 -n 2 & del \"" wide
    $s4 = "cmd.exe /k pi\x6Eg 0 & del \"" wide
    $s5 = "|'|'|" wide
    $s6 = "Execut\x65 ERROR" wide
    $s7 = "Downloa\x64 ERROR" wide
  condition:
    filesize < 5MB and uint16(0) == 0x5A4D and $zone and 2 of ($s*)
}
