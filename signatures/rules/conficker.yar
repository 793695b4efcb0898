// Conficker (Downadup): worm of 2008 and later, still found on old Windows devices and the sticks used with them.

rule MedScan_Conficker_Autorun
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Autorun file by which Conficker starts itself from a USB stick"
    severity = "critical"
    family = "Conficker"
    threat_type = "worm"
    reference = "https://attack.mitre.org/software/S0608/"
  strings:
    $folder = "RECYCL\x45R\\S-" nocase
    $host = "rundll\x332.exe" nocase
    $file = ".vmx," nocase
  condition:
    filesize < 400KB and uint16(0) != 0x5A4D and all of them
}

rule MedScan_Conficker_Library_On_Stick
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Conficker's own library, under the name and in the place it uses on USB sticks"
    severity = "critical"
    family = "Conficker"
    threat_type = "worm"
    reference = "https://attack.mitre.org/software/S0608/"
  condition:
    filesize < 1MB and uint16(0) == 0x5A4D and
    (filename iequals "jwgkvsq.vmx" or (filename iendswith ".vmx" and filepath icontains "RECYCLER"))
}

rule MedScan_Conficker_Unpacked
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Conficker with its packing removed (memory image, unpacked copy)"
    severity = "critical"
    family = "Conficker"
    threat_type = "worm"
    reference = "https://attack.mitre.org/software/S0608/"
  strings:
    $s1 = "trafficcon\x76erter.biz" ascii wide
    $s2 = "getmy\x69p.org" ascii wide
    $s3 = "whatsmyipa\x64dress.com" ascii wide
    $s4 = "checkip.d\x79ndns.org" ascii wide
    $s5 = "netsh interface tcp set g\x6Cobal autotuning=disabled" ascii wide
    $s6 = "Globa\x6C\\%u-%u" ascii wide
    $s7 = "\\\\.\\pip\x65\\System_%s7" ascii wide
  condition:
    filesize < 5MB and uint16(0) == 0x5A4D and 4 of them
}
