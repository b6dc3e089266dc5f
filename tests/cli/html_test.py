"""Holds the program's pages against what a browser and a screen reader need, without either:
html_test.py PROGRAM TESTDATA"""
import base64
import hashlib
import html.parser
import pathlib
import re
import subprocess
import sys

program, testdata = sys.argv[1], pathlib.Path(sys.argv[2])
VOID = {"meta", "rect"}  # what the pages write as <tag/>
ALLOWED = {"a", "body", "caption", "code", "dd", "details", "div", "dl", "dt", "figure", "footer", "g", "h1", "h2", "h3", "h4", "head",
           "header", "html", "li", "main", "meta", "nav", "ol", "p", "pre", "rect", "section", "span", "strong", "style",
           "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul"}


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.errors, self.open, self.ids, self.links, self.headings = [], [], [], [], []
        self.tables, self.seen, self.text = [], set(), []
        self.feed(text)
        self.close()
        if self.open:
            self.errors.append(f"not closed: {self.open}")
        self.errors += [f"id {i} stands twice" for i in {i for i in self.ids if self.ids.count(i) > 1}]
        self.errors += [f"{link} leads nowhere" for link in self.links if link[1:] not in self.ids]
        if self.headings.count(1) != 1:
            self.errors.append("there must be one h1")
        for before, after in zip(self.headings, self.headings[1:]):
            if after > before + 1:
                self.errors.append(f"h{after} follows h{before}")
        self.errors += [f"<{tag}> is missing" for tag in {"main", "nav", "header", "footer", "title"} - self.seen]

    def handle_startendtag(self, tag, attributes):
        self.element(tag, attributes)

    def handle_starttag(self, tag, attributes):
        self.element(tag, attributes)
        self.open.append(tag)

    def element(self, tag, attributes):
        self.seen.add(tag)
        names = dict(attributes)
        if tag not in ALLOWED:
            self.errors.append(f"<{tag}> does not belong here")
        for name, value in attributes:
            if name.startswith("on") or name in ("style", "src", "srcset", "srcdoc", "action", "background"):
                self.errors.append(f"<{tag} {name}> does not belong here")
            if name == "href":
                self.links.append(value)
                if not value.startswith("#"):
                    self.errors.append(f"{value}: a link leaves the page")
            if name == "id":
                self.ids.append(value)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "svg" and "svg" not in self.open and names.get("aria-hidden") != "true" and \
                not (names.get("role") == "img" and names.get("aria-label")):
            self.errors.append("a picture has no words")
        if tag == "th" and "scope" not in names:
            self.errors.append("a header cell has no scope")
        if tag == "table":
            self.tables.append(False)
        if tag == "caption":
            self.tables[-1] = True
        if names.get("tabindex") == "0" and not names.get("aria-label"):
            self.errors.append("something in the focus order has no name")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"</{tag}> closes something else")

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        self.errors.append(f"a comment: {data[:80]}")


def check(name, data):
    text = data.decode("utf-8")  # raises on what is none
    page = Page(text)
    errors = page.errors
    errors += [f"control character {c!r}" for c in set(re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069]", text))]
    errors += ["a table has no caption" for captioned in page.tables if not captioned]
    style = re.search("<style>(.*?)</style>", text, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src &#39;none&#39;; style-src &#39;sha256-{digest}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"
    if f'<meta http-equiv="Content-Security-Policy" content="{policy}"/>' not in text:
        errors.append("the policy does not name the style sheet's digest")
    if re.search(r"url\(|@import|expression\(", style):
        errors.append("the style sheet loads something")
    for error in errors:
        print(f"{name}: {error}")
    return page, len(errors)


def run(arguments, stdin=None):
    ran = subprocess.run([program, *arguments], input=stdin, capture_output=True)
    if ran.returncode not in ((0, 1, 2) if arguments[0] == "triage" else (0, 2)):
        sys.exit(f"{arguments}: exit status {ran.returncode}: {ran.stderr.decode(errors='replace')}")
    return ran.stdout


wrong = 0
inputs = [p for folder in ("logs", "reports", "dumps") for p in sorted((testdata / folder).rglob("*")) if p.is_file()]
for path in inputs:
    wrong += check(path, run(["--format", "html", str(path)]))[1]
wrong += check("all", run(["--format", "html", *map(str, inputs)]))[1]

wrong += check("triage", run(["triage", "--format", "html", "--explain", "--threshold", "0.5", *map(str, inputs)]))[1]

# What a log may try: into words that reports, stacks and names of files are made of.
EVIL = [b"<script>alert(1)</script>", b"\"><img src=x onerror=alert(2)>", b"' onmouseover='alert(3)", b"</title></style></script><b>",
        b"\x1b[31m\x1b]0;x\x07", b"\xe2\x80\xae\xe2\x81\xa6\xd8\x9c", b"\xff\xfe\xc0\xaf", b"&lt;&#60;", b"<!--", b"]]>", b"{{7*7}}"]
log = (testdata / "logs/kasan-slub-6.12.txt").read_bytes()
for evil in EVIL:
    word = evil.replace(b" ", b"_")
    attacked = log.replace(b"kmalloc-64", word).replace(b"insmod", word).replace(b"vfs_write", word).replace(b"6.12.117-lab", word) \
        .replace(b"labmod", word).replace(b"task ", b"task " + evil)
    page, errors = check(evil, run(["--format", "html", "-"], attacked))
    wrong += errors + check(b"triage " + evil, run(["triage", "--format", "html", "-"], attacked))[1]
    if b"script" in evil and evil == EVIL[0] and "<script>" not in "".join(page.text):
        wrong += 1
        print("what the log says is lost, where it should stand as text")
print(f"{len(inputs)} inputs, {wrong} errors")
sys.exit(1 if wrong or len(inputs) < 3 else 0)
