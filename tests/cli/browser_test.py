"""Opens the program's pages in headless Chromium: browser_test.py PROGRAM TESTDATA [SCREENSHOT_DIR]
Nothing on the console, no request, no sideways scrolling at 390 and 1400 pixels, contrast as WCAG AA has it in light and
dark, everything in reach of the keyboard, and no script of a hostile log runs. Exit status 77: there is no Chromium here."""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

program, testdata = sys.argv[1], pathlib.Path(sys.argv[2])
shots = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
if not browser or not driver:
    print("skipped: no chromium and chromedriver here (./dev deps browser installs them)")
    sys.exit(77)
work = tempfile.TemporaryDirectory(prefix="depot-analyze-browser-")
home = pathlib.Path(work.name)

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--disable-dev-shm-usage",
         f"--user-data-dir={home / 'profile'}"]

# Of every element with text of its own: its contrast against the ground it stands on, and whether that is enough.
CONTRAST = """
const channels = c => c.match(/[\\d.]+/g).map(Number);
const light = c => { const [r, g, b] = channels(c).slice(0, 3).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
                     return .2126 * r + .7152 * g + .0722 * b; };
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; const p = channels(c);
                      if (p.length < 4 || p[3] > 0) return c; } return 'rgb(255, 255, 255)'; };
const bad = [];
for (const e of document.body.querySelectorAll('*')) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own || e.tagName === 'title' || e.closest('.skip')) continue;
  const style = getComputedStyle(e);
  let front = style.color, back = ground(e);
  if (e instanceof SVGElement) {
    front = style.fill;
    const box = e.parentElement.querySelector(':scope > rect');
    if (e.closest('.icicle') && box) back = getComputedStyle(box).fill;
  }
  const r = ratio(front, back);
  if (r < 4.5) bad.push(`${e.tagName} "${e.textContent.slice(0, 30)}" ${front} on ${back}: ${r.toFixed(2)}`);
}
for (const e of document.querySelectorAll('figure rect')) {
  if (e.closest('.icicle')) continue;
  const r = ratio(getComputedStyle(e).fill, getComputedStyle(e.closest('section')).backgroundColor);
  if (r < 3) bad.push(`part ${e.getAttribute('class')}: ${r.toFixed(2)}`);
}
return [...new Set(bad)];
"""
SIDEWAYS = """
document.querySelectorAll('details').forEach(d => d.open = true);
const wide = document.documentElement.clientWidth;
const bad = [...document.body.querySelectorAll('*')].filter(e => !e.closest('.scroll') && !(e instanceof SVGElement) && !e.matches('.skip') &&
  e.getBoundingClientRect().right > wide + 1).map(e => e.tagName + '.' + e.className);
return { scroll: document.documentElement.scrollWidth, width: wide, bad: [...new Set(bad)] };
"""
HOSTILE = "return { scripts: document.scripts.length, pictures: document.images.length, frames: frames.length, attacked: !!window.attacked };"


class Browser:
    def __init__(self):
        self.port_file = home / "driver.log"
        self.process = subprocess.Popen([driver, "--port=0"], stdout=open(self.port_file, "w"), stderr=subprocess.STDOUT,
                                        env={**os.environ, "HOME": str(home)})
        port = None
        for _ in range(300):
            text = self.port_file.read_text()
            if "started successfully on port " in text:
                port = text.split("started successfully on port ")[1].split(".")[0].split()[0]
                break
            time.sleep(0.1)
        if port is None:
            self.process.kill()
            sys.exit("chromedriver does not start:\n" + self.port_file.read_text())
        self.base = f"http://127.0.0.1:{port}"
        capabilities = {"browserName": "chrome", "goog:chromeOptions": {"binary": browser, "args": FLAGS},
                        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.base += f"/session/{session['sessionId']}"

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def script(self, source):
        return self.call("POST", "/execute/sync", {"script": source, "args": []})

    def devtools(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def log(self, kind):
        return self.call("POST", "/se/log", {"type": kind})

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait(30)


def requests(browser_):
    for entry in browser_.log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            yield message["params"]["request"]["url"]


wrong = 0


def complain(name, what):
    global wrong
    wrong += 1
    print(f"{name}: {what}")


def look(name, page):
    address = page.as_uri()
    for width, height in ((390, 844), (1400, 900)):
        browser_.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        for scheme in ("light", "dark"):
            browser_.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme},
                                                                      {"name": "prefers-reduced-motion", "value": "reduce"}])
            list(requests(browser_)), browser_.log("browser")
            browser_.call("POST", "/url", {"url": address})
            for entry in browser_.log("browser"):
                complain(name, f"on the console: {entry['message']}")
            for url in requests(browser_):
                if url != address:
                    complain(name, f"a request: {url}")
            if shots:
                size = browser_.devtools("Page.getLayoutMetrics")["cssContentSize"]
                picture = browser_.devtools("Page.captureScreenshot", captureBeyondViewport=True,
                                            clip={"x": 0, "y": 0, "width": width, "height": min(size["height"], 12000), "scale": 1})
                (shots / f"{name}-{width}-{scheme}.png").write_bytes(base64.b64decode(picture["data"]))
            facts = browser_.script(SIDEWAYS)
            if facts["scroll"] > facts["width"] or facts["bad"]:
                complain(name, f"sideways scrolling at {width}: {facts}")
            for bad in browser_.script(CONTRAST):
                complain(name, f"{scheme}: {bad}")
            hostile = browser_.script(HOSTILE)
            if hostile["scripts"] or hostile["pictures"] or hostile["frames"] or hostile["attacked"]:
                complain(name, f"something of the log runs: {hostile}")
            # The skip link is the first stop and appears when it is reached.
            browser_.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [
                {"type": "keyDown", "value": "\ue004"}, {"type": "keyUp", "value": "\ue004"}]}]})
            focus = browser_.script("const e = document.activeElement; return [e.className, e.getBoundingClientRect().left];")
            if focus[0] != "skip" or focus[1] < 0:
                complain(name, f"the first Tab leads to {focus}")


def page(name, arguments, stdin=None):
    ran = subprocess.run([program, *arguments], input=stdin, capture_output=True)
    if not ran.stdout:
        sys.exit(f"{arguments}: nothing printed: {ran.stderr.decode(errors='replace')}")
    path = home / f"{name}.html"
    path.write_bytes(ran.stdout)
    return path


pages = {}
log = (testdata / "logs/kasan-slub-6.12.txt").read_bytes()
evil = log.replace(b"kmalloc-64", b"\"><img_src=x_onerror=window.attacked=1>").replace(b"vfs_write", b"<script>window.attacked=1</script>") \
    .replace(b"labmod", b"'onload='window.attacked=1").replace(b"task ", b"task \x1b[31m\xe2\x80\xae\xff</style><svg/onload=window.attacked=1>") \
    .replace(b"6.12.117-lab", b"</title><script>window.attacked=1</script>" + b"w" * 600)
pages["log"] = page("log", ["--format", "html", "-"], log)
pages["machine"] = page("machine", ["--format", "html", str(testdata / "logs/debian-6.12-slab-traces.tar.xz"), str(testdata / "logs/debian-6.12-stats.txt")])
pages["hostile"] = page("hostile", ["--format", "html", "-"], evil)
pages["triage"] = page("triage", ["triage", "--format", "html", "--explain", "--threshold", "0.5", str(testdata / "logs/kasan-slub-6.12.txt"),
                                  str(testdata / "reports")])
pages["hostile-triage"] = page("hostile-triage", ["triage", "--format", "html", "-"], evil)
pages["nothing"] = page("nothing", ["--format", "html", "-"], b"[    0.000000] nothing to see\n")

browser_ = Browser()
try:
    for name, path in pages.items():
        look(name, path)
finally:
    browser_.close()
print(f"{len(pages)} pages, {wrong} errors")
sys.exit(1 if wrong else 0)
