/** Texts that have run scripts, loaded images or broken out of an element in other renderers. */

const SCRIPTS = [
  "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)",
  "\u0001javascript:alert(1)", "javascript\u0000:alert(1)", "javascript&colon;alert(1)", "&#106;avascript:alert(1)",
  "javascript:alert(1)//http://x", "vbscript:msgbox(1)", "data:text/html,<script>alert(1)</script>",
  "data:image/svg+xml;base64,PHN2Zz4=", "file:///etc/passwd", "blob:https://x/1", "filesystem:https://x/", "about:blank",
  "view-source:x", "//evil.example", "/logout", "\\\\evil.example", "https:evil\u0009.example", "ftp://x", "x:y", "#a",
  "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'>",
  "jav%0Aascript:alert(1)", "%6Aavascript:alert(1)", "\u202Ejavascript:alert(1)", "tel:1", "intent:x", "ws://x",
];
const TAGS = [
  "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src=javascript:alert(1)>",
  "<a href=javascript:alert(1)>x</a>", "<style>*{color:red}</style>", "<!--", "<![CDATA[", "</div></article>", "<b onclick=1>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", "<base href=//evil>", "<meta http-equiv=refresh>",
  "<object data=x>", "<embed src=x>", "<form action=x><button>", "<input autofocus onfocus=alert(1)>", "<details open ontoggle=1>",
  "<template><script>1</script></template>", "<noscript><p title='</noscript><img src=x onerror=1>'>", "<x onpointerenter=1>",
];
const SHAPES = [
  (a) => `[x](${a})`, (a) => `[x](<${a}>)`, (a) => `![x](${a})`, (a) => `<${a}>`, (a) => `[x]: ${a}\n\n[x]`,
  (a) => `[![x](${a})](${a})`, (a) => `[x](https://ok.example "${a}")`, (a) => `**[x](${a}**)`,
  (a) => `| [x](${a}) |\n|---|\n| ![](${a}) |`, (a) => `# [x](${a})`, (a) => `- > [x](${a})`, (a) => `\`[x](${a})\``,
];
const CLASSICS = [
  '![" onerror=alert(1) "](x)', '[a](https://x" onmouseover="alert(1))', "[a](https://x' onclick='alert(1))",
  '[a](https://x "\\" onclick=\\"alert(1)")', "```<script>\nalert(1)\n```", "```\n</code></pre><script>alert(1)</script>\n```",
  '1"><script>. x', "[1\"><script>]", "&lt;script&gt;alert(1)&lt;/script&gt;", "\u2028<script>\u2029", "{{constructor}}",
  "$$\\href{javascript:alert(1)}{x}$$", "https://x/<script>", "<https://x\" onclick=1>", "@import 'x'", "${alert(1)}",
];

export const ATTACKS = [...SCRIPTS.flatMap((a) => SHAPES.map((shape) => shape(a))), ...TAGS, ...CLASSICS];
