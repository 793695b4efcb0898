// Virut: a virus of programs and web pages; its mark in saved pages and manuals outlives the virus itself.

rule MedScan_Virut_Web_Page
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Web page into which Virut has put a hidden frame: a computer that held it was infected"
    severity = "high"
    family = "Virut"
    threat_type = "virus"
    reference = "https://www.microsoft.com/en-us/wdsi/threats/malware-encyclopedia-description?Name=Win32/Virut"
  strings:
    $site1 = "chura.\x70l/rc/" nocase
    $site2 = "zief.\x70l/rc/" nocase
    $site3 = "ntkrnlp\x61.info/rc/" nocase
    $site4 = "ntkrnlp\x61.cn/rc/" nocase
    $frame = "<if\x72ame" nocase
  condition:
    filesize < 20MB and uint16(0) != 0x5A4D and $frame and any of ($site*)
}
