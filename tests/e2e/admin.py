"""What an admin does on the pages, and what comes of it at a device and for
somebody who is new."""
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
PASSWORD = "mật khẩu để thử"
OWN = "một câu dài dễ nhớ"


class Desk(Browser):
    def __init__(self, width=1280):
        super().__init__(width, 900, scale=1)

    def text(self, css):
        return self.js(f"document.querySelector('{css}')?.innerText ?? ''")

    def sign_in(self, name, password):
        self.go(SERVER + "/dang-nhap")
        self.fill("#name", name)
        self.fill("#password", password)
        self.click("#send", loads=True)

    def fill(self, css, text):
        self.js(f"document.querySelector({json.dumps(css)}).value = ''")
        self.type(css, text)

    def part(self, name):
        self.js(f"location.hash = '{name}'")
        return self.until(f"document.querySelector('#part-{name}')"
                          ".dataset.state === 'ready'")

    def row(self, table, words):
        """The text of the row that holds these words."""
        return self.js(
            f"[...document.querySelectorAll('{table} tbody tr')]"
            f".find(tr => tr.innerText.includes({json.dumps(words)}))"
            "?.innerText ?? ''")


def hailong(*words):
    return subprocess.run([BUILD / "hailong", *map(str, words)], check=True,
                          capture_output=True, text=True).stdout


def add_device(desk):
    desk.go(SERVER + "/quan-tri")
    check("the admin sees the people first",
          desk.until("document.querySelector('#people-table tbody tr')"))
    desk.part("thiet-bi")
    desk.click("#add-device")
    desk.click("#device-form .main")
    check("a counter must be named",
          "số quầy" in desk.text("#device-alert"), desk.text("#device-alert"))
    desk.fill("#device-counter", "7")
    desk.fill("#device-name", "Quầy số 7")
    desk.click("#device-form .main")
    check("the code is shown once, with its picture",
          desk.until("document.querySelector('#secret-dialog').open &&"
                     " document.querySelector('#secret-picture svg')"))
    code = desk.text("#secret-text")
    desk.click("#secret-dialog [data-close]")
    check("and is gone with the dialog",
          desk.until("document.querySelector('#secret-text').textContent"
                     " === ''"))
    return code


def choose_table(desk, text):
    desk.js("(() => { const given = new DataTransfer();"
            f" given.items.add(new File([{json.dumps(text)}], 'quay.csv'));"
            " document.querySelector('#batch-file').files = given.files })()")


def add_table(desk):
    desk.click("#add-devices")
    choose_table(desk, "counter,name\n21,A\n,B\n21,C\n")
    desk.click("#batch-form .main")
    check("each fault of a table stands there with its line",
          desk.until("['Dòng 3', 'Dòng 4'].every(words => document"
                     ".querySelector('#batch-alert').innerText.includes(words))"),
          desk.text("#batch-alert"))
    desk.picture(STAGE / "table-faults.png")
    choose_table(desk, "Quầy;Tên;Điểm\r\n21;Quầy số 21;tru-so\r\n22;;\r\n")
    desk.click("#batch-form .main")
    check("a table becomes devices, with a file and sheets to save",
          desk.until("document.querySelector('#secret-dialog').open &&"
                     " document.querySelectorAll('#secret-files a[download]')"
                     ".length === 2"))
    desk.picture(STAGE / "table-added.png")
    desk.click("#secret-dialog [data-close]")
    check("the new counters stand in the list",
          desk.until("document.querySelector('#devices-table').innerText"
                     ".includes('Quầy số 21')"))


def enrol(code):
    hailong("enrol", "--server", SERVER, "--code", code, "--data",
            STAGE / "kiosk")
    log = open(STAGE / "sync.log", "w")
    return subprocess.Popen([BUILD / "hailong-sync", "--data", STAGE / "kiosk",
                             "--poll-ms", "200"], stdout=log, stderr=log)


def see_device(desk):
    desk.go(SERVER + "/thiet-bi")
    desk.until("document.querySelector('#table tbody tr')")
    check("the device is in contact, without a reload",
          desk.until("document.querySelector('#table tbody tr')?.innerText"
                     ".includes('đang liên lạc')"),
          desk.row("#table", "Quầy 7"))
    check("that it has no ledger yet is said",
          desk.until("document.querySelector('#table tbody tr')?.innerText"
                     ".includes('không thấy sổ')"),
          desk.row("#table", "Quầy 7"))
    window, content = desk.width()
    check("nothing scrolls sideways", content <= window, f"{content}")


def held_within(seconds):
    """Whether the courier keeps the new hours by then."""
    path = STAGE / "kiosk" / "courier.db"
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for name in (path, path.with_name("courier.db-wal")):
            if name.exists() and b'"mon":["07:30-11:30"]' in name.read_bytes():
                return True
        time.sleep(0.2)
    return False


def change_hours(desk):
    desk.go(SERVER + "/quan-tri#gio-lam-viec")
    desk.until("document.querySelectorAll('#week .day').length === 7")
    desk.js("document.querySelector('#always').click()")
    desk.js("{const [a, b] = document.querySelectorAll("
            "'#week [data-day=mon] .span input');"
            " a.value = '11:30'; b.value = '7h30';}")
    desk.click("#hours-form .main")
    check("hours that end before they begin are refused",
          "giờ được đánh dấu" in desk.text("#hours-alert"),
          desk.text("#hours-alert"))
    desk.js("{const [a, b] = document.querySelectorAll("
            "'#week [data-day=mon] .span input');"
            " a.value = '7h30'; b.value = '11:30';}")
    desk.click("#hours-form .main")
    check("right ones are kept",
          desk.until("!document.querySelector('#hours-saved').hidden"),
          desk.text("#hours-alert"))
    check("the device has the new hours", held_within(PATIENCE_S))


def add_person(desk):
    desk.part("nguoi-dung")
    desk.click("#add-person")
    desk.fill("#person-name", "an")
    desk.fill("#person-display", "Nguyễn Thị An")
    desk.click("#person-send")
    check("the first password is shown",
          desk.until("document.querySelector('#secret-dialog').open"),
          desk.text("#person-alert"))
    password = desk.text("#secret-text")
    desk.click("#secret-dialog [data-close]")
    check("that it is not changed yet is said",
          desk.until("[...document.querySelectorAll('#people-table tr')]"
                     ".some(tr => tr.innerText.includes('Nguyễn Thị An') &&"
                     " tr.innerText.includes('chưa đổi'))"))
    desk.click("#add-person")
    desk.fill("#person-name", "an")
    desk.fill("#person-display", "Một An khác")
    desk.click("#person-send")
    check("a name that is taken is refused, and said so",
          desk.until("document.querySelector('#person-alert').innerText"
                     ".includes('đã có người dùng')"))
    desk.click("#person-form [data-close]")
    return password


def arrive(password):
    desk = Desk(390)
    desk.sign_in("an", password)
    check("who is new comes to where the password is changed",
          desk.until("location.pathname === '/mat-khau'"),
          desk.js("location.pathname"))
    desk.until("!document.querySelector('#due').hidden")
    desk.fill("#old", password)
    desk.fill("#new", OWN)
    desk.fill("#again", OWN + "!")
    desk.click("#form .main")
    check("two that differ are refused",
          "không giống nhau" in desk.text("#alert"), desk.text("#alert"))
    desk.fill("#again", OWN)
    desk.click("#form .main")
    check("the new one holds",
          desk.until("!document.querySelector('#done').hidden"),
          desk.text("#alert"))
    window, content = desk.width()
    check("nothing scrolls sideways on a telephone", content <= window)
    desk.go(SERVER + "/quan-tri")
    check("the Office sees settings, and no people",
          desk.until("!document.querySelector('#part-cau-hinh').hidden")
          and desk.js("document.querySelector('#part-nguoi-dung').hidden"))
    window, content = desk.width()
    check("nor does administration", content <= window, f"{content}")
    check("the server says the same",
          desk.js("fetch('/api/v1/people').then(a => a.status)") == 403)
    desk.close()


def be_refused():
    desk = Desk()
    desk.sign_in("lan", PASSWORD)
    desk.until("location.pathname === '/'")
    for path in ("/thiet-bi", "/quan-tri"):
        status = desk.js(f"fetch('{path}').then(a => a.status)")
        check(f"a leader is refused at {path}", status == 403, status)
    desk.close()


def set_a_document(desk):
    desk.part("thiet-lap")
    desk.until("document.querySelector('#document-body').value !== ''")
    desk.js("document.querySelector('#document-name').value = 'board';"
            " document.querySelector('#document-name')"
            ".dispatchEvent(new Event('change'))")
    # What only this one has: until then the field holds another.
    desk.until("document.querySelector('#document-body').value"
               ".includes('turn_s') && document"
               ".querySelector('#part-thiet-lap').dataset.state === 'ready'")
    body = desk.js("document.querySelector('#document-body').value")
    desk.fill("#document-body", '{"no-such": 1}')
    desk.click("#document-form .main")
    check("the server says what is wrong with a document",
          desk.until("document.querySelector('#document-alert').innerText"
                     ".includes('no-such')"),
          desk.text("#document-alert"))
    for version in ("1", "2"):
        desk.fill("#document-body", body)
        desk.click("#document-form .main")
        # Until the page has read it again, the field is the page's.
        check(f"a right one is version {version}",
              desk.until("document.querySelector('#document-saved').innerText"
                         f".includes('phiên bản {version}') && document"
                         ".querySelector('#document-version').innerText"
                         f".includes('Phiên bản {version},')"),
              desk.text("#document-alert"))
    desk.until("!document.querySelector('#document-before').disabled")
    desk.click("#document-before")
    check("the one before can be seen",
          desk.until("document.querySelector('#document-version').innerText"
                     ".includes('phiên bản 1 trước đây')"),
          desk.text("#document-version"))


def see_question_sets(desk):
    desk.part("bo-cau-hoi")
    check("every question set can be read", desk.until(
        "document.querySelector('#surveys-table').innerText"
        ".includes('Phục vụ hành chính (sipas)\\t1')")
        and "must" not in desk.text("#surveys-table"),
        desk.text("#surveys-table"))


def read_trail(desk):
    desk.part("nhat-ky")
    check("the trail says who added whom",
          desk.until("[...document.querySelectorAll('#audit-table tr')]"
                     ".some(tr => ['quan', 'Thêm người dùng', 'an']"
                     ".every(word => tr.innerText.includes(word)))"))
    desk.fill("#audit-who", "quan")
    desk.js("document.querySelector('#audit-action').value ="
            " 'settings-changed'")
    desk.click("#audit-form .button")
    check("and can be looked through",
          desk.until("document.querySelectorAll('#audit-table tbody tr')"
                     ".length === 3"),
          desk.text("#audit-table"))


def main():
    desk = Desk()
    desk.sign_in("quan", PASSWORD)
    code = add_device(desk)
    add_table(desk)
    courier = enrol(code)
    try:
        see_device(desk)
        change_hours(desk)
        password = add_person(desk)
        arrive(password)
        be_refused()
        set_a_document(desk)
        see_question_sets(desk)
        read_trail(desk)
    finally:
        courier.terminate()
        courier.wait()
        desk.close()
    return has_failed()


sys.exit(main())
