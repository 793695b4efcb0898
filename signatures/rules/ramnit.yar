// Ramnit: infects programs and web pages, and so comes back from saved manuals and help files.

rule MedScan_Ramnit_Web_Page
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Web page into which Ramnit has put a program"
    severity = "critical"
    family = "Ramnit"
    threat_type = "virus"
    reference = "https://www.microsoft.com/en-us/wdsi/threats/malware-encyclopedia-description?Name=Win32/Ramnit"
  strings:
    $name = "DropFi\x6CeName" nocase
    $program = "4D5A90\x3000300" nocase
    $place = ".GetSpecia\x6CFolder(2)" nocase
  condition:
    filesize < 20MB and uint16(0) != 0x5A4D and all of them
}

rule MedScan_Ramnit_Infected_Program
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Program to which Ramnit has added itself"
    severity = "critical"
    family = "Ramnit"
    threat_type = "virus"
    reference = "https://www.microsoft.com/en-us/wdsi/threats/malware-encyclopedia-description?Name=Win32/Ramnit"
  strings:
    $section = { 2E 72 6D 6E 65 74 00 }
  condition:
    // a name in the section table, which follows the PE header
    uint16(0) == 0x5A4D and for any i in (1..#section) : (@section[i] > 0x100 and @section[i] < 0x800)
}

rule MedScan_Ramnit_Body
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Ramnit's own program, unpacked"
    severity = "critical"
    family = "Ramnit"
    threat_type = "virus"
    reference = "https://www.microsoft.com/en-us/wdsi/threats/malware-encyclopedia-description?Name=Win32/Ramnit"
  strings:
    $s1 = "KyUffThO\x6BYwRRtgPP" ascii wide
    $s2 = "rmnso\x66t.dll" ascii wide nocase
    $s3 = "RmnD\x69sinf" ascii wide nocase
  condition:
    filesize < 10MB and uint16(0) == 0x5A4D and any of them
}
