// Brontok: worm that poses as folders on USB sticks; common for years on shared computers.

rule MedScan_Brontok
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Brontok, a worm whose copies look like folders, or the page it leaves"
    severity = "critical"
    family = "Brontok"
    threat_type = "worm"
    reference = "https://www.microsoft.com/en-us/wdsi/threats/malware-encyclopedia-description?Name=Win32/Brontok"
  strings:
    $s1 = "Bron\x74ok.A" ascii wide nocase
    $s2 = "Jow\x6FBot" ascii wide nocase
    $s3 = "HVM31" ascii wide
  condition:
    filesize < 2MB and 2 of them
}
