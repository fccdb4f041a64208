"""A browser of any size, with or without scripts, driven over the pipe that
Chromium has for it (DevTools protocol): nothing but the standard library, and
no script of ours in the page."""
import base64
import json
import os
import select
import subprocess
import tempfile
import time

PATIENCE_S = 90
SHIFT = 8


class Browser:
    def __init__(self, width, height, script=True, dark=False, scale=2):
        self.home = tempfile.TemporaryDirectory(prefix="hailong-browser-",
                                                ignore_cleanup_errors=True)
        to_read, self.writer = os.pipe()
        self.reader, to_write = os.pipe()

        def wire():
            # Its ends of the pipes are 3 and 4, whatever they are here.
            ends = os.dup(to_read), os.dup(to_write)
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-background-networking", "--no-first-run",
             "--hide-scrollbars", "--no-proxy-server",
             f"--user-data-dir={self.home.name}", "--remote-debugging-pipe",
             "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=wire, close_fds=False,
            env=dict(os.environ, HOME=self.home.name))
        os.close(to_read)
        os.close(to_write)
        self.number = 0
        self.heard = b""
        self.session = None
        self.requests = []
        self.received = 0
        page = next(t for t in self.ask("Target.getTargets")["targetInfos"]
                    if t["type"] == "page")
        self.session = self.ask("Target.attachToTarget", {
            "targetId": page["targetId"], "flatten": True})["sessionId"]
        self.loaded = 0
        self.ask("Page.enable")
        self.ask("Network.enable")
        self.ask("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "mobile": width < 600,
            "deviceScaleFactor": scale if width < 600 else 1})
        self.ask("Emulation.setScriptExecutionDisabled",
                 {"value": not script})
        if dark:
            self.ask("Emulation.setEmulatedMedia", {"features": [
                {"name": "prefers-color-scheme", "value": "dark"}]})

    def hear(self, until):
        """One message."""
        while b"\0" not in self.heard:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.reader], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            part = os.read(self.reader, 1 << 16)
            if not part:
                raise RuntimeError("the browser is gone")
            self.heard += part
        message, self.heard = self.heard.split(b"\0", 1)
        message = json.loads(message)
        name, params = message.get("method"), message.get("params", {})
        if name == "Page.loadEventFired" or (
                name == "Page.frameNavigated" and
                params.get("type") == "BackForwardCacheRestore"):
            self.loaded += 1
        elif name == "Network.requestWillBeSent":
            self.requests.append(params["request"])
        elif name == "Network.loadingFinished":
            self.received += params["encodedDataLength"]
        return message

    def ask(self, method, params=None):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params or {}}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE_S
        while True:
            answer = self.hear(until)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def await_load(self, before):
        until = time.monotonic() + PATIENCE_S
        while self.loaded == before:
            self.hear(until)

    def go(self, url):
        before = self.loaded
        self.ask("Page.navigate", {"url": url})
        self.await_load(before)

    def back(self):
        before = self.loaded
        history = self.ask("Page.getNavigationHistory")
        entry = history["entries"][history["currentIndex"] - 1]
        self.ask("Page.navigateToHistoryEntry", {"entryId": entry["id"]})
        self.await_load(before)

    def reload(self):
        """The same page anew: never the old one's last words."""
        before = self.loaded
        self.ask("Page.reload")
        self.await_load(before)

    def root(self):
        return self.ask("DOM.getDocument", {"depth": 0})["root"]["nodeId"]

    def find(self, css):
        return self.ask("DOM.querySelectorAll", {
            "nodeId": self.root(), "selector": css})["nodeIds"]

    def one(self, css):
        found = self.find(css)
        if len(found) != 1:
            raise RuntimeError(f"{len(found)} of {css} on the page:\n"
                               f"{self.source()[-1500:]}")
        return found[0]

    def box(self, node):
        """x, y, width, height on the page as it lies in the window."""
        quad = self.ask("DOM.getBoxModel", {"nodeId": node})["model"]["border"]
        return quad[0], quad[1], quad[2] - quad[0], quad[5] - quad[1]

    def click(self, css, loads=False):
        node, before = self.one(css), self.loaded
        self.ask("DOM.scrollIntoViewIfNeeded", {"nodeId": node})
        x, y, width, height = self.box(node)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", {
                "type": kind, "x": x + width / 2, "y": y + height / 2,
                "button": "left", "clickCount": 1})
        if loads:
            self.await_load(before)

    def key(self, name, code, text=None):
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "key": name, "code": name,
                     "windowsVirtualKeyCode": code}
            if text and kind == "keyDown":
                event["text"] = text
            self.ask("Input.dispatchKeyEvent", event)

    def type(self, css, text):
        self.ask("DOM.focus", {"nodeId": self.one(css)})
        self.ask("Input.insertText", {"text": text})

    def press(self, key, code, text=None, modifiers=0, physical=None):
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "key": key, "code": physical or key,
                     "windowsVirtualKeyCode": code, "modifiers": modifiers}
            if text and kind == "keyDown":
                event["text"] = text
            self.ask("Input.dispatchKeyEvent", event)

    def enter(self):
        self.press("Enter", 13, "\r")

    def tab(self, back=False):
        self.press("Tab", 9, modifiers=SHIFT if back else 0)

    def write(self, text):
        self.ask("Input.insertText", {"text": text})

    def js(self, expression):
        """What it comes to in the page, when that is settled."""
        answer = self.ask("Runtime.evaluate", {
            "expression": expression, "returnByValue": True,
            "awaitPromise": True})
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def holds(self, expression):
        """Whether it does; not while one page goes and the next one comes."""
        try:
            return bool(self.js(f"Boolean({expression})"))
        except RuntimeError as error:
            if "navigated or closed" not in str(error):
                raise
            return False

    def until(self, expression, patience=PATIENCE_S):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.holds(expression):
                return True
            time.sleep(0.03)
        return False

    def resize(self, width, height):
        self.ask("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "mobile": width < 600,
            "deviceScaleFactor": 1})

    def sign_in(self, server, name, password):
        """Without the form; nobody: signed out."""
        self.ask("Network.clearBrowserCookies")
        self.go(server + "/dang-nhap")
        if name == "nobody":
            return
        body = json.dumps({"name": name, "password": password})
        status = self.js(
            "fetch('/api/v1/sessions', {method: 'POST', headers: "
            "{'Content-Type': 'application/json'}, body: "
            f"{json.dumps(body)}}}).then((answer) => answer.status)")
        if status != 201:
            raise RuntimeError(f"{name} cannot sign in: {status}")

    def settled(self):
        """It is known who is there, and nothing says that it is loading."""
        return self.until(
            "document.querySelector('#person')?.textContent !== '' && "
            "!document.querySelector('[aria-busy=true]')")

    def spoken(self):
        """What a screen reader is told: role, name, whether it has the focus."""
        nodes = self.ask("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", ""),
                 any(p["name"] == "focused" for p in node.get("properties", [])
                     if p["value"].get("value")))
                for node in nodes if not node.get("ignored")]

    def source(self):
        return self.ask("DOM.getOuterHTML", {"nodeId": self.root()})[
            "outerHTML"]

    def cookies(self):
        return self.ask("Network.getAllCookies")["cookies"]

    def width(self):
        """Of the window and of what lies in it."""
        sizes = self.ask("Page.getLayoutMetrics")
        return (sizes["cssLayoutViewport"]["clientWidth"],
                sizes["cssContentSize"]["width"])

    def picture(self, path):
        shot = self.ask("Page.captureScreenshot",
                        {"captureBeyondViewport": True})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot))

    def close(self):
        try:
            self.session = None
            self.ask("Browser.close")
        except (TimeoutError, RuntimeError, OSError):
            pass
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.reader)
        os.close(self.writer)
        self.home.cleanup()


class Watched(Browser):
    """Keeps what the browser complains of."""

    # Asking who is there is answered with 401 by nobody's page.
    forgiven = ("401",)

    def __init__(self, width=1280, height=900):
        self.complaints = []
        super().__init__(width, height, scale=1)
        self.ask("Log.enable")
        self.ask("Runtime.enable")

    def hear(self, until):
        message = super().hear(until)
        params = message.get("params", {})
        if message.get("method") == "Log.entryAdded":
            entry = params["entry"]
            if entry["level"] == "error" and not any(
                    status in entry["text"] for status in self.forgiven):
                self.complaints.append(entry["text"])
        elif message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(
                json.dumps(params["exceptionDetails"])[:400])
        return message
