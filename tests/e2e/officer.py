"""What an officer does at the counter's page, by keyboard, and what is seen
there and on the citizen's screen."""
import datetime
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import PATIENCE_S, Browser  # noqa: E402
from checks import check, has_failed  # noqa: E402

SERVER = os.environ["SERVER"]
STAGE = pathlib.Path(os.environ["STAGE_DIR"])
CODE = "H24.12-261123-44"
ALT = 1
# What would tell of a level, in what the page shows and in what it is told.
LEVEL_WORDS = ["level", "rất hài lòng", "không hài lòng", "bình thường",
               "satisfied"]
# All that the page is told of an invitation.
INVITATION_KEYS = {"id", "counter", "state", "made_at", "state_at",
                   "expires_at", "reason", "transaction", "procedure", "field",
                   "step", "officer", "made_by"}


class Officer(Browser):
    """Keeps all that the server said, and the page's words at hand."""

    def __init__(self):
        self.paths, self.ended, self.said = {}, [], []
        super().__init__(380, 820, scale=1)
        self.resize(380)

    def hear(self, until):
        message = super().hear(until)
        params = message.get("params", {})
        if message.get("method") == "Network.responseReceived":
            self.paths[params["requestId"]] = params["response"]["url"]
        elif message.get("method") == "Network.loadingFinished":
            self.ended.append(params["requestId"])
        return message

    def listen(self):
        """Fetches the bodies of what has come."""
        while self.ended:
            number = self.ended.pop(0)
            if "/api/" in self.paths.get(number, ""):
                try:
                    body = self.ask("Network.getResponseBody",
                                    {"requestId": number})["body"]
                except RuntimeError:
                    body = ""  # 304, or its page has gone
                self.said.append((self.paths[number], body))

    def resize(self, width):
        self.ask("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 820, "mobile": False,
            "deviceScaleFactor": 1})

    def until(self, expression):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            self.listen()
            if self.holds(expression):
                return True
            time.sleep(0.03)
        return False

    def at(self):
        """The name of what has the keyboard."""
        return self.js("(e => e.getAttribute('aria-label') ?? e.id)"
                       "(document.activeElement)")

    def tab_to(self, name, back=False):
        for _ in range(40):
            if self.at() == name:
                return
            self.tab(back)
        raise RuntimeError(f"the keyboard does not come to {name}")

    def state(self, name):
        """Of the newest invitation with this name."""
        return self.js(
            "[...document.querySelectorAll('#invitations li')]"
            f".filter(li => li.innerText.includes({json.dumps(name)}))"
            ".map(li => li.querySelector('.state').dataset.state)[0]")

    def becomes(self, name, state):
        quoted = json.dumps(name)
        return self.until(
            "[...document.querySelectorAll('#invitations li')]"
            f".find(li => li.innerText.includes({quoted}))"
            f"?.querySelector('.state').dataset.state === '{state}'")

    def text(self, css):
        return self.js(f"document.querySelector('{css}').innerText")

    def focus_code(self):
        self.tab_to("transaction", back=True)


def citizen(script):
    subprocess.run([os.environ["TAPPER"], "--trace", STAGE / "kiosk.trace"],
                   input=script.encode(), check=True)


def feed(path, body):
    request = urllib.request.Request(
        f"{SERVER}/api/v1/{path}", json.dumps(body).encode(),
        {"Authorization": f"Bearer {os.environ['KEY']}",
         "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def sign_in(page):
    page.go(f"{SERVER}/quay/3")
    page.until("document.activeElement.id === 'name'")
    page.write("binh")
    page.tab()
    page.write("mật khẩu để thử")
    page.enter()
    there = page.until("location.pathname === '/quay/3' &&"
                       " document.getElementById('desk')?.hidden === false")
    check("signing in leads back to the counter", there,
          page.js("location.href"))
    check("the keyboard is where a code is typed", page.at() == "transaction",
          page.at())


def take_seat(page):
    page.tab_to("seat-button", back=True)
    page.enter()
    check("the seat is taken", page.until(
        "document.getElementById('seat').innerText ==="
        " 'Ông/Bà đang ngồi quầy này'"), page.text("#seat"))
    check("the keyboard stays", page.at() == "seat-button", page.at())
    page.tab_to("transaction")


def look_around(page):
    """Rules of form: names, room, nothing from elsewhere."""
    controls = [(role, name) for role, name, _ in page.spoken() if role in
                ("button", "textbox", "combobox", "radio", "link",
                 "ComboBoxMenuList")]
    check("each control has a name",
          len(controls) > 8 and all(name.strip() for _, name in controls),
          controls)
    for width in (420, 360, 210):  # 210: 420 at 200 %
        page.resize(width)
        page.picture(str(STAGE / "shots" / f"quay-{width}.png"))
        window, content = page.width()
        check(f"nothing lies beyond the edge at {width}", content <= window,
              content)
    page.resize(380)
    foreign = [r["url"] for r in page.requests
               if not r["url"].startswith((SERVER, "data:"))]
    check("the page asks nobody else", not foreign, foreign)


def first_is_rated(page):
    page.write(f"{CODE}01")
    pressed = time.monotonic()
    page.enter()
    citizen("wait rating\n")
    print(f"the screen had opened {time.monotonic() - pressed:.2f} s"
          " after Enter")
    check("the page says that it is shown", page.becomes(f"{CODE}01", "shown"),
          page.state(f"{CODE}01"))
    look_around(page)
    citizen("tap level.2\nwait reasons\ntap reason.skip\nwait thanks\nsaved\n")
    check("then that it was answered", page.becomes(f"{CODE}01", "rated"),
          page.state(f"{CODE}01"))
    row = page.text("#invitations li").split("\n\n")
    check("and nothing else", row[0].endswith(f" · {CODE}01") and
          row[1:] == ["Trả kết quả · Chứng thực", "đã đánh giá"], row)
    page.enter()  # with nothing typed: an invitation without a code
    check("one without a dossier goes as well",
          page.becomes("Không có mã hồ sơ", "shown"))
    check("the keyboard stays in the form", page.at() == "transaction",
          page.at())


def second_is_withdrawn(page):
    button = "Rút lại: Không có mã hồ sơ"
    page.tab_to(button)
    page.enter()
    page.until("document.getElementById('withdraw').open")
    page.enter()
    check("a withdrawal needs a reason", page.until(
        "document.getElementById('withdraw-problem').innerText ==="
        " 'Xin Ông/Bà chọn lý do.'"))
    page.press(" ", 32, " ", physical="Space")
    page.enter()
    check("it is withdrawn", page.becomes("Không có mã hồ sơ", "withdrawn"),
          page.state("Không có mã hồ sơ"))
    check("with its reason", page.js(
        "document.getElementById('invitations').innerText"
        ".includes('Lý do: Nhầm hồ sơ')"))
    check("the keyboard is still in its row", page.until(
        "document.activeElement.closest('li')?.innerText"
        ".includes('Không có mã hồ sơ')"), page.at())
    citizen("wait waiting\n")


def third_is_declined(page):
    page.focus_code()
    page.write(f"{CODE}03")
    page.press("m", 77, modifiers=ALT, physical="KeyM")
    citizen("wait rating\nrest 400\ntap rate.decline\nwait declined\n"
            "wait waiting\nsaved\n")
    check("one is declined", page.becomes(f"{CODE}03", "declined"),
          page.state(f"{CODE}03"))
    page.focus_code()
    page.write(f"{CODE}01")
    page.enter()
    check("nobody is asked twice", page.until(
        "document.getElementById('problem').innerText.startsWith("
        "'Hồ sơ này đã được đánh giá')"), page.text("#problem"))


def fourth_outlives_the_server(page):
    feed("invitations", {"counter": "3", "transaction": f"{CODE}04"})
    name = "Từ phần mềm một cửa"
    check("the software's comes by itself", page.becomes(name, "shown"))
    (STAGE / "away").touch()
    check("the page says when the server is away", page.until(
        "!document.getElementById('away').hidden"))
    (STAGE / "back").touch()
    check("and comes back by itself", page.until(
        "document.getElementById('away').hidden"))
    check("the invitation is still there", page.becomes(name, "shown"),
          page.state(name))
    citizen("wait rating\nrest 400\ntap rate.decline\nwait declined\nsaved\n")
    check("and the page hears of it again", page.becomes(name, "declined"),
          page.state(name))


def pick_one(page):
    local = datetime.timezone(datetime.timedelta(hours=7))
    done = datetime.datetime.now(local).isoformat(timespec="seconds")
    feed("transactions", {"transaction": f"{CODE}05", "counter": "3",
                          "procedure": "2.000815", "field": "ho-tich",
                          "step": "tu-choi", "done_at": done})
    page.go(f"{SERVER}/quay/3")
    check("what was completed here can be picked", page.until(
        "document.getElementById('recent')?.options.length === 2"))
    page.tab_to("recent", back=True)
    page.press("ArrowDown", 40)
    page.until("document.getElementById('transaction').value !== ''")
    got = page.js(
        "['transaction', 'procedure', 'field'].map("
        "id => document.getElementById(id).value).concat("
        "document.querySelector('[name=step]:checked').value).join(' ')")
    check("with all that is told of it", got ==
          f"{CODE}05 2.000815 ho-tich tu-choi", got)
    page.js("document.getElementById('transaction').value = ''")
    check("other codes are gone with the page that they were typed in",
          not any(f"{CODE}0{n}" in page.source() for n in (1, 2, 3, 4)))


def no_level(page):
    page.listen()
    texts = page.said + [("the page", page.source())]
    found = [(word, where) for where, text in texts for word in LEVEL_WORDS
             if word in text.replace("\u00a0", " ").lower()]
    check("the level is in no word", not found, found)
    told = [each for path, body in page.said
            if "/invitations?" in path and body
            for each in json.loads(body)["invitations"]]
    keys = {key for each in told for key in each}
    check("nor in what the page is told of what was answered",
          any(each["state"] == "rated" for each in told) and
          keys == INVITATION_KEYS, keys)


def ended_session(page):
    page.ask("Network.clearBrowserCookies")
    page.tab_to("invite")
    page.enter()
    check("an ended session leads to the sign-in, and back", page.until(
        "location.pathname + location.search ==="
        " '/dang-nhap?next=%2Fquay%2F3'"), page.js("location.href"))


page = None
try:
    page = Officer()
    sign_in(page)
    take_seat(page)
    first_is_rated(page)
    second_is_withdrawn(page)
    third_is_declined(page)
    fourth_outlives_the_server(page)
    no_level(page)
    pick_one(page)
    no_level(page)
    ended_session(page)
except Exception as error:  # the shell waits for the files
    check("the officer's day", False, repr(error))
    if page:
        print(page.source()[-3000:])
finally:
    (STAGE / "away").touch()
    (STAGE / "back").touch()
    if page:
        page.close()
sys.exit(has_failed())
