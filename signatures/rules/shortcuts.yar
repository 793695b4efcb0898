// Windows shortcuts (.lnk) that attack: the way most USB worms start today.
// A shortcut starts with its header's length, 0x4C, and the class number 00021401-0000-0000-C000-000000000046.

rule MedScan_Shortcut_Loads_Library_When_Shown
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Shortcut that runs a program as soon as its folder is shown (CVE-2010-2568, used by Stuxnet)"
    severity = "critical"
    family = "Stuxnet shortcut"
    threat_type = "exploit"
    reference = "https://nvd.nist.gov/vuln/detail/CVE-2010-2568"
  strings:
    // "This PC", then "Control Panel", then a device or network path where only a local one belongs
    $list = { 14 00 1F ?? E0 4F D0 20 EA 3A 69 10 A2 D8 08 00 2B 30 30 9D 14 00 2E ?? 20 20 EC 21 EA 3A 69 10 A2 DD 08 00 2B 30 30 9D [2-40] 5C 00 5C 00 }
  condition:
    filesize < 64KB and uint32(0) == 0x4C and uint32(4) == 0x00021401 and $list at 0x4E
}

rule MedScan_Stuxnet_Files
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Program or shortcut with the file names of Stuxnet on USB sticks"
    severity = "critical"
    family = "Stuxnet"
    threat_type = "worm"
    reference = "https://attack.mitre.org/software/S0603/"
  strings:
    $name = /~WTR41(32|41)\.tmp/ ascii wide nocase
  condition:
    filesize < 2MB and
    ((uint16(0) == 0x5A4D and filename matches /^~WTR41(32|41)\.tmp$/i) or
    (uint32(0) == 0x4C and uint32(4) == 0x00021401 and $name))
}

rule MedScan_Shortcut_Runs_Hidden_File_Then_Folder
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Shortcut that starts a hidden file and then shows the folder it pretends to be"
    severity = "high"
    family = "USB shortcut worm"
    threat_type = "worm"
    reference = "https://attack.mitre.org/techniques/T1091/"
  strings:
    $start = "/c s\x74art " ascii wide nocase
    $show1 = "start e\x78plorer" wide nocase
    $show2 = "&exp\x6Corer" ascii wide nocase
    $show3 = "& exp\x6Corer" wide nocase
    $show4 = "&start \x65xplorer" ascii nocase
  condition:
    filesize < 64KB and uint32(0) == 0x4C and uint32(4) == 0x00021401 and $start and any of ($show*)
}

rule MedScan_Shortcut_Hidden_PowerShell
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Shortcut that runs a hidden PowerShell command which fetches or decodes a program"
    severity = "high"
    family = "Shortcut dropper"
    threat_type = "dropper"
    reference = "https://attack.mitre.org/techniques/T1204/002/"
  strings:
    $host = "power\x73hell" wide nocase
    $hidden1 = "-w h\x69dden" wide nocase
    $hidden2 = "-windowst\x79le hidden" wide nocase
    $hidden3 = "-win \x68idden" wide nocase
    $does1 = "downloa\x64string" wide nocase
    $does2 = "downlo\x61dfile" wide nocase
    $does3 = "frombase\x364string" wide nocase
    $does4 = "invoke-w\x65brequest" wide nocase
    $does5 = "invoke-e\x78pression" wide nocase
    $does6 = "-encode\x64command" wide nocase
    $does7 = " -e\x6Ec " wide nocase
  condition:
    filesize < 4MB and uint32(0) == 0x4C and uint32(4) == 0x00021401 and
    $host and any of ($hidden*) and any of ($does*)
}

rule MedScan_Shortcut_Script_From_Network
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Shortcut that makes Windows run a script from the network, or one written in the shortcut itself"
    severity = "high"
    family = "Shortcut dropper"
    threat_type = "dropper"
    reference = "https://attack.mitre.org/techniques/T1218/005/"
  strings:
    $host = "mshta" wide nocase
    $from1 = "http:" wide nocase
    $from2 = "htt\x70s:" wide nocase
    $from3 = "javas\x63ript:" wide nocase
    $from4 = "vbsc\x72ipt:" wide nocase
  condition:
    filesize < 4MB and uint32(0) == 0x4C and uint32(4) == 0x00021401 and $host and any of ($from*)
}

rule MedScan_Shortcut_Script_Under_False_Name
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Shortcut that runs a file as a script although its name says it is none"
    severity = "high"
    family = "USB shortcut worm"
    threat_type = "worm"
    reference = "https://attack.mitre.org/techniques/T1059/005/"
  strings:
    $as = /\/e:[vj]b?script/ ascii wide nocase
  condition:
    filesize < 64KB and uint32(0) == 0x4C and uint32(4) == 0x00021401 and $as
}

rule MedScan_Shortcut_Folder_Icon_Runs_Script
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Shortcut that looks like a folder or a drive, but runs a script"
    severity = "medium"
    family = "USB shortcut worm"
    threat_type = "worm"
    reference = "https://attack.mitre.org/techniques/T1036/"
  strings:
    $icons = "shell\x332.dll" wide nocase
    $host1 = "wsc\x72ipt" wide nocase
    $host2 = "csc\x72ipt" wide nocase
    $host3 = "power\x73hell" wide nocase
    $host4 = "mshta" wide nocase
    $shell = "cm\x64.exe" wide nocase
    $show = "expl\x6Frer" wide nocase
  condition:
    // icon number: 3 and 4 are folders, 7 to 9 drives in shell32.dll
    filesize < 64KB and uint32(0) == 0x4C and uint32(4) == 0x00021401 and
    (uint32(0x38) == 3 or uint32(0x38) == 4 or (uint32(0x38) >= 7 and uint32(0x38) <= 9)) and
    $icons and (any of ($host*) or ($shell and $show))
}
