"""Which extensions a stored name may have: harmless ones all, however little they fit the content.

What is refused is what a double click runs, installs, mounts, unpacks or opens as active content,
on Windows, macOS or Linux. The names were written from memory after what browsers and mail programs
refuse: Chromium's ``download_file_types.asciipb``, Firefox's ``ApplicationReputation.cpp`` and
Microsoft's "Blocked attachments in Outlook". They are a copy of none of these. Least certain are
archives, disk images and packages, many of which Chromium only looks into; server pages are ours.
Left out on purpose are names of mere data, as ``.tmp`` and ``.mat``, that a camera's software
leaves behind. What is served has its detected type whatever its name is: the lists are for those
who open the stored files themselves.
"""

import re
import unicodedata
from pathlib import PurePosixPath

from edc_retinopathy.choices import IMAGES, ContentType
from edc_retinopathy.errors import InvalidFilename


def _names(text: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in text.split())


PROGRAMS = _names(
    """
    acm app application appref-ms bpl cmd com command cpl crx dex dll drv dylib efi elf exe
    ex_ gadget jar jnlp kext msc mui ocx osx out pif prg pyz pyzw run scr so sys tool vxd wflow
    wiz workflow xbap xpi
    """
)
SCRIPTS = _names(
    """
    action ahk applescript au3 bas bash bat bsh class csh fish hta htc js jse ksh lua mjs msh
    msh1 msh2 mshxml msh1xml msh2xml nsh paf pl plx pm ps1 ps1xml ps2 ps2xml psc1 psc2 psd1
    psdm1 psm1 py pyc pyd pyo pyw rb rgs scpt scptd sct sh shar shb shs tcl terminal udf u3p
    vb vbe vbp vbs vbscript wasm ws wsc wsf wsh zsh
    """
)
# Those that a web server runs, should one ever serve the folder.
SERVER_PAGES = _names(
    """
    asa asax ascx ashx asmx asp aspx cer cfm cgi fcgi htaccess jsp jspx phar php php3 php4
    php5 php7 php8 phps pht phtml shtm shtml stm svc xap
    """
)
INSTALLERS = _names(
    """
    apk appimage appinstaller appx appxbundle deb diagcab flatpak flatpakref flatpakrepo ipa
    msi msix msixbundle msp mst msu mpkg pet pkg rpm slp snap xip
    """
)
SHORTCUTS_AND_SETTINGS = _names(
    """
    accountpicture-ms afploc asx atloc cdmap contact cnt crt der desktop directory fileloc fon
    ftploc
    grp hlp hpj inetloc inf ini ins internetconnect isp job library-ms lnk local mad maf mag mam
    manifest maq mar mas mau mav maw mobileconfig networkconnect osd pcd plist prf
    printerexport profile reg remote rdp scf search-ms searchconnector-ms service
    settingcontent-ms symlink theme themepack timer url vncloc vsmacros webloc website webpnp
    xnk xrm-ms
    """
)
# What is inside comes out by a double click; mounted images carry no mark of where they came from.
ARCHIVES_AND_DISK_IMAGES = _names(
    """
    7z ace arc arj bz2 cab cdr cpio dart dc42 dmg dmgpart dvdr gz hqx img imgpart iso lha lz
    lzh lzma ndif pax rar smi sparsebundle sparseimage squashfs tar taz tbz tbz2 tgz toast txz tz
    udif uu vhd vhdx vmdk wim xar xz z zip zipx zst
    """
)
# Opened by a browser as a document that can hold script, whatever the bytes begin with.
ACTIVE_PAGES = _names(
    """
    chm eml hhc hhk htt its mht mhtml svg svgz swf vml webarchive webarchivexml wml xml xsd
    xsl xslt xul
    """
)
HTML_PAGES = frozenset({".htm", ".html", ".xht", ".xhtml"})
# Macros, queries and links to commands.
OFFICE_DOCUMENTS = _names(
    """
    accda accdb accde accdr accdt ade adp bgi doc docb docm dot dotm fxp iqy mda mdb mde mdt
    mdw mdz msg mcf odb one onepkg onetoc2 ops oqy plg pot potm ppa ppam pps ppsm ppt pptm pst
    pub rqy rtf sldm slk vsd vsdm vss vssm vst vstm vsw wbk wll xla xlam xll xlm xls xlsb xlsm
    xlt xltm xlw
    """
)
REFUSED = (
    PROGRAMS
    | SCRIPTS
    | SERVER_PAGES
    | INSTALLERS
    | SHORTCUTS_AND_SETTINGS
    | ARCHIVES_AND_DISK_IMAGES
    | ACTIVE_PAGES
    | HTML_PAGES
    | OFFICE_DOCUMENTS
)
# Windows opens "photo.{3050f4d8-...}" with the program of that class.
CLASS_IDENTIFIER = re.compile(r"\.\{.*\}\Z")

EXTENSIONS: dict[ContentType, frozenset[str]] = {
    ContentType.JPEG: frozenset({".jpg", ".jpeg", ".jpe", ".jfif"}),
    ContentType.PNG: frozenset({".png"}),
    # PS3.10 asks for no extension at all, and DICOM media carry none.
    ContentType.DICOM: frozenset({".dcm", ".dicom", ".dic", ""}),
    ContentType.PDF: frozenset({".pdf"}),
    ContentType.HTML: HTML_PAGES,
}


def require_harmless_extension(name: str, content_type: ContentType) -> None:
    """Raise ``InvalidFilename`` if a desktop would run what has this name, or open it as active.

    The last extension decides, as it does for desktops. A page may be called one if it is one.
    """
    extension = _extension(name)
    if extension_belongs(name, content_type):
        return
    if extension in REFUSED or CLASS_IDENTIFIER.search(extension):
        raise InvalidFilename(
            "The extension of the file name is one that a computer may run or open as a program. "
            f"Expected one of {content_type.label}: "
            f"{', '.join(sorted(filter(None, EXTENSIONS[content_type])))}."
        )


def extension_belongs(name: str, content_type: ContentType) -> bool:
    """True if the name's extension is one of the content's; viewers tell images apart."""
    kinds = IMAGES if content_type in IMAGES else {content_type}
    expected = frozenset[str]().union(*(EXTENSIONS[kind] for kind in kinds))
    extension = _extension(name)
    # "IM.0.1" of a DICOM medium: a number is no extension of another kind of file.
    return extension in expected or ("" in expected and extension[1:].isdigit())


def _extension(name: str) -> str:
    # In any case and Unicode form that a disk may take for the same.
    folded = unicodedata.normalize("NFKC", name).casefold()
    return PurePosixPath(folded.rstrip(". ")).suffix
