// autorun.inf: old Windows starts what this file names, as soon as a stick is plugged in or its drive is opened.

rule MedScan_Autorun_Hidden_Program
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Autorun file that starts a program from a hidden place or of an unusual kind"
    severity = "high"
    family = "Autorun worm"
    threat_type = "worm"
    reference = "https://attack.mitre.org/techniques/T1091/"
  strings:
    $place1 = "recyc\x6Cer\\" nocase
    $place2 = "recyc\x6Ced\\" nocase
    $place3 = "system volum\x65 information\\" nocase
    $host1 = "rund\x6Cl32" nocase
    $host2 = "wsc\x72ipt" nocase
    $host3 = "csc\x72ipt" nocase
    $host4 = "power\x73hell" nocase
    $kind = /\.(pif|scr|vbs|vbe|vmx|jse|wsf|hta)[ \t\r\n",]/ nocase
  condition:
    filesize < 400KB and filename iequals "autorun.inf" and any of them
}

rule MedScan_Autorun_Replaces_Opening_Of_Drive
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Autorun file that runs a program when someone merely opens the drive"
    severity = "medium"
    family = "Autorun worm"
    threat_type = "worm"
    reference = "https://attack.mitre.org/techniques/T1091/"
  strings:
    $verb1 = "shell\\ope\x6E\\command" nocase
    $verb2 = "shell\\expl\x6Fre\\command" nocase
    $verb3 = "shell\\fin\x64\\command" nocase
  condition:
    filesize < 400KB and filename iequals "autorun.inf" and any of them
}
