"""What the office sets up on its page, and what the counter's screen makes of
it."""
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import PATIENCE_S, Browser  # noqa: E402
from checks import check, has_failed  # noqa: E402

SERVER = os.environ["SERVER"]
STAGE = pathlib.Path(os.environ["STAGE_DIR"])
BUILD = pathlib.Path(os.environ["STAGE_BUILD"])
KIOSK = int(os.environ["KIOSK"])
TRACE = STAGE / "kiosk.trace"
PASSWORD = "mật khẩu để thử"


def eventually(what, patience=2 * PATIENCE_S):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.1)
    return False


def hailong(*words):
    return subprocess.run([BUILD / "hailong", *map(str, words)], check=True,
                          capture_output=True, text=True).stdout


# --- The counter ---------------------------------------------------------------

def tap(script):
    subprocess.run([BUILD / "tools" / "tapper", "--trace", TRACE],
                   input=script, text=True, check=True)


def levels_shown():
    """The faces of the newest rating screen."""
    shown = ""
    for line in TRACE.read_text().splitlines():
        event = json.loads(line)
        if event.get("ev") == "screen" and event["name"] == "rating":
            shown = " ".join(target["id"] for target in event["targets"]
                             if target["id"].startswith("level."))
    return shown


def rate(level, picture):
    tap(f"wait attract\nrest 300\ntap attract.button\nwait rating\n"
        f"rest 400\nshot {STAGE}/shots/{picture}.png\ntap {level}\n"
        "wait reasons\ntap reason.skip\nwait thanks\nsaved\nwait attract\n")


def screen():
    name = ""
    for line in TRACE.read_text().splitlines():
        event = json.loads(line)
        name = event["name"] if event.get("ev") == "screen" else name
    return name


def is_same_program():
    try:
        os.kill(KIOSK, 0)
        return True
    except ProcessLookupError:
        return False


# --- The page -------------------------------------------------------------------

class Desk(Browser):
    def __init__(self, width=1280):
        super().__init__(width, 900, scale=1)

    def text(self, css):
        return self.js(f"document.querySelector('{css}')?.innerText ?? ''")

    def choose(self, css, value):
        self.js(f"{{const s = document.querySelector({json.dumps(css)});"
                f" s.value = {json.dumps(value)};"
                " s.dispatchEvent(new Event('input', {bubbles: true}));"
                " s.dispatchEvent(new Event('change', {bubbles: true}));}")

    def open_levels(self, place):
        self.go(SERVER + "/thiet-bi")
        self.go(SERVER + "/quan-tri#cau-hinh")
        self.until("document.querySelector('#level-place')?.options.length > 4"
                   " && document.querySelector('#level-survey').options.length"
                   " > 1")
        self.choose("#level-place", place)

    def see_and_save(self):
        self.click("#levels-form .main")
        if not self.until("!document.querySelector('#levels-preview').hidden"):
            return self.text("#levels-alert")
        seen = self.text("#levels-preview")
        self.js("document.querySelector('#levels-save').click()")
        self.until("!document.querySelector('#levels-saved').hidden")
        return seen


def set_the_counter_apart(desk):
    desk.open_levels('["counters","3"]')
    check("where a value comes from stands there",
          "Theo cài đặt máy chủ: 45" in desk.text("#level-volume-hint"),
          desk.text("#level-volume-hint"))
    desk.type("#level-volume", "200")
    desk.click("#levels-form .main")
    check("a wrong value is refused beside its field",
          desk.until("document.querySelector('#level-volume')"
                     ".closest('.field').innerText"
                     ".includes('số nguyên từ 0 đến 100')"),
          desk.text("#levels-alert"))
    desk.choose("#level-volume", "20")
    desk.choose("#level-levels", "3")
    seen = desk.see_and_save()
    check("the preview names the counter and its changes",
          "1 trên 2 thiết bị" in seen and "45 → 20" in seen and "5 → 3" in seen,
          seen)
    check("the counter beside it is not in it", "Quầy 4" not in seen, seen)


def see_it_on_the_screen():
    check("the screen has other faces, without a restart",
          eventually(lambda: "configuration 2 holds" in
                     (STAGE / "kiosk-kiosk.log").read_text()))
    rate("level.4", "three-levels")
    check("three of them", levels_shown() == "level.4 level.3 level.2",
          levels_shown())
    check("it is the same program", is_same_program())


def told(row):
    devices = json.loads(row.js(
        "fetch('/api/v1/devices?state=active').then(a => a.text())"))["devices"]
    return next(d for d in devices if d["counter"] == "3")


def ask_too_much(desk):
    desk.open_levels('["points","tru-so"]')
    desk.choose("#level-survey", "moi")
    desk.see_and_save()
    check("the office is told that the screen refused it, and why",
          eventually(lambda: (told(desk)["config_refused"] or {}).get("reason")
                     == "survey: surveys/moi.json: no such question set"),
          told(desk))
    check("and which one it shows", told(desk)["config_applied"] == 2,
          told(desk))
    desk.go(SERVER + "/thiet-bi?xem=can-xem")
    check("the page says so in words",
          desk.until("document.querySelector('#table')?.innerText.includes("
                     "'không hiển thị được cấu hình 3: survey: surveys/moi.json"
                     "')"), desk.text("#table"))
    rate("level.3", "refused")
    check("the screen goes on as before",
          levels_shown() == "level.4 level.3 level.2", levels_shown())


def take_it_back(desk):
    desk.open_levels('["unit"]')
    desk.click("#levels-before")
    desk.until("!document.querySelector('#levels-preview').hidden")
    seen = desk.text("#levels-preview")
    check("one step back says what changes", "moi → " in seen, seen)
    desk.js("document.querySelector('#levels-save').click()")
    desk.until("!document.querySelector('#levels-saved').hidden")
    check("nothing is refused any more",
          eventually(lambda: told(desk)["config_refused"] is None and
                     told(desk)["config_applied"] == 4), told(desk))


def write_hours(desk, day, *times):
    desk.js("document.querySelectorAll('#level-week [data-day="
            f"{day}] input').forEach((input, i) => {{"
            f" input.value = {json.dumps(times)}[i] ?? ''; }})")


def set_hours_apart(desk):
    desk.open_levels('["points","chi-nhanh"]')
    check("the unit's hours stand where a point has none",
          "Theo Cả đơn vị: luôn mở" in desk.text("#level-hours-hint"),
          desk.text("#level-hours-hint"))
    desk.choose("#level-hours", "own")
    write_hours(desk, "sat", "11:00", "8h")
    desk.click("#levels-form .main")
    check("hours that cannot be are refused beside them",
          "giờ được đánh dấu" in desk.text("#level-week .alert"),
          desk.text("#levels-alert"))
    desk.picture(STAGE / "hours-fault.png")
    for day in ("mon", "tue", "wed"):
        write_hours(desk, day, "7h30", "11:30", "1330", "17:00")
    write_hours(desk, "sat", "8:00", "11:00")
    desk.choose("#level-holidays", "own")
    desk.js("document.querySelector('#level-add-day').click()")
    desk.js("document.querySelector('#level-days input').value = '2026-09-02'")
    seen = desk.see_and_save()
    check("the preview says the hours and the days in words",
          "luôn mở → Thứ Hai – Thứ Tư 07:30–11:30, 13:30–17:00; Thứ Bảy"
          " 08:00–11:00" in seen and "không có → 02/09/2026" in seen, seen)
    check("of the counters of that point alone",
          "1 trên 2 thiết bị" in seen and "chi-nhanh" in seen, seen)
    desk.choose("#level-place", '["counters","4"]')
    check("a counter there says where its hours come from",
          "Theo Điểm chi-nhanh: Thứ Hai" in desk.text("#level-hours-hint"),
          desk.text("#level-hours-hint"))
    look_at_hours()


def look_at_hours():
    """What a telephone shows of it."""
    phone = Desk(390)
    phone.sign_in(SERVER, "quan", PASSWORD)
    phone.open_levels('["points","chi-nhanh"]')
    window, content = phone.width()
    check("nothing scrolls sideways on a telephone", content <= window,
          f"{content}")
    phone.picture(STAGE / "hours-phone.png")
    phone.close()


def close_one_screen(desk):
    desk.open_levels('["counters","3"]')
    desk.choose("#level-hours", "own")
    desk.see_and_save()
    check("a counter without an hour is dark",
          eventually(lambda: screen() == "closed"), screen())
    desk.open_levels('["counters","3"]')
    desk.choose("#level-hours", "always")
    desk.see_and_save()
    check("and open again when it is always open",
          eventually(lambda: screen() == "attract"), screen())


def lose_and_replace(desk):
    lost = told(desk)["device"]
    hailong("device", "revoke", "--data", STAGE / "server", lost)
    check("a revoked screen takes no more",
          eventually(lambda: screen() == "out-of-service"), screen())
    tap(f"rest 400\nshot {STAGE}/shots/revoked.png\n")
    code = json.loads(hailong("device", "replace", "--data", STAGE / "server",
                              "--json", lost))["code"]
    hailong("enrol", "--server", SERVER, "--code", code, "--data",
            STAGE / "successor")
    subprocess.run([BUILD / "hailong-sync", "--data", STAGE / "successor",
                    "--once"], check=False, capture_output=True)
    check("its successor has the counter and its history apart",
          told(desk)["replaces"] == lost and told(desk)["point"] == "tru-so"
          and told(desk)["twins"] == 0, told(desk))


desk = Desk()
desk.sign_in(SERVER, "quan", PASSWORD)
rate("level.5", "five-levels")
check("five faces at first", levels_shown().count("level.") == 5,
      levels_shown())
set_the_counter_apart(desk)
see_it_on_the_screen()
ask_too_much(desk)
take_it_back(desk)
set_hours_apart(desk)
close_one_screen(desk)
lose_and_replace(desk)
desk.close()
sys.exit(has_failed())
