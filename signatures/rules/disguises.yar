// Programs whose names deceive. These rules read the names given by the scanner, not only the contents.

rule MedScan_Disguise_Double_Extension
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Program that poses as a document by a double extension, such as .pdf.exe"
    severity = "high"
    family = "Disguised program"
    threat_type = "trojan"
    reference = "https://attack.mitre.org/techniques/T1036/007/"
  condition:
    uint16(0) == 0x5A4D and
    filename matches /\.(pdf|docx?|xlsx?|pptx?|rtf|txt|csv|jpe?g|png|gif|bmp|tiff?|dcm|mp[34]|avi|html?)[ _]{0,200}\.(exe|scr|com|pif|cpl|bat|cmd)$/i
}

rule MedScan_Disguise_Double_Extension_Script
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Script that poses as a document by a double extension, such as .pdf.vbs"
    severity = "high"
    family = "Disguised program"
    threat_type = "trojan"
    reference = "https://attack.mitre.org/techniques/T1036/007/"
  condition:
    (filename iendswith ".vbs" or filename iendswith ".vbe" or filename iendswith ".jse" or filename iendswith ".wsf" or filename iendswith ".hta") and
    filename matches /\.(pdf|docx?|xlsx?|pptx?|rtf|txt|csv|jpe?g|png|gif|bmp|tiff?|dcm|mp[34]|avi)[ _]{0,200}\.(vbs|vbe|jse|wsf|hta)$/i
}

rule MedScan_Disguise_Spaces_Before_Extension
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Program that hides its extension behind many blanks"
    severity = "high"
    family = "Disguised program"
    threat_type = "trojan"
    reference = "https://attack.mitre.org/techniques/T1036/"
  condition:
    uint16(0) == 0x5A4D and filename matches /[ \t]{10,}\.(exe|scr|com|pif|cpl|bat|cmd)$/i
}

rule MedScan_Disguise_Reversed_Name
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Program or script whose name is written backwards by an invisible character"
    severity = "high"
    family = "Disguised program"
    threat_type = "trojan"
    reference = "https://attack.mitre.org/techniques/T1036/002/"
  condition:
    // U+202E (right-to-left override) in UTF-8
    filename contains "\xE2\x80\xAE" and
    (uint16(0) == 0x5A4D or
    filename matches /\.(exe|scr|com|pif|cpl|bat|cmd|vbs|vbe|js|jse|wsf|hta|lnk|ps1|msi)$/i)
}

rule MedScan_Disguise_Program_Named_As_Document
{
  meta:
    author = "MedScan project"
    date = "2026-11-21"
    description = "Windows program that bears the name of a document or a picture"
    severity = "high"
    family = "Disguised program"
    threat_type = "trojan"
    reference = "https://attack.mitre.org/techniques/T1036/008/"
  condition:
    uint16(0) == 0x5A4D and uint32(uint32(0x3C)) == 0x00004550 and
    (filename iendswith ".pdf" or filename iendswith ".doc" or filename iendswith ".docx" or filename iendswith ".xls" or
    filename iendswith ".xlsx" or filename iendswith ".ppt" or filename iendswith ".pptx" or filename iendswith ".rtf" or
    filename iendswith ".txt" or filename iendswith ".csv" or filename iendswith ".jpg" or filename iendswith ".jpeg" or
    filename iendswith ".png" or filename iendswith ".gif" or filename iendswith ".bmp" or filename iendswith ".tif" or
    filename iendswith ".tiff" or filename iendswith ".dcm" or filename iendswith ".mp3" or filename iendswith ".mp4" or
    filename iendswith ".avi")
}
