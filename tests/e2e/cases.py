"""Two people look after a case at /viec, and what the counter is told then."""
import json
import os
import pathlib
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Browser  # noqa: E402
from checks import check, has_failed  # noqa: E402

SERVER = os.environ["SERVER"]
STAGE = pathlib.Path(os.environ["STAGE_DIR"])
PASSWORD = "mật khẩu để thử"
ACTION = "Mở thêm một quầy <script>alert(1)</script>"


class Person(Browser):
    def __init__(self, name, width=1280, height=900):
        super().__init__(width, height, scale=1)
        self.sign_in(SERVER, name, PASSWORD)

    def text(self, css):
        return self.js(f"document.querySelector({json.dumps(css)})?.innerText ?? ''")

    def fill(self, css, value):
        self.js(f"document.querySelector({json.dumps(css)}).value = {json.dumps(value)}")

    def submit(self, form):
        """Sends a form, and waits for what the page says."""
        self.js("document.querySelector('#told').hidden = true")
        self.js(f"document.querySelector('#{form}').requestSubmit()")
        self.until("!document.querySelector('#told').hidden")
        self.settled()
        return self.text("#told")

    def offers(self, form):
        return self.js(f"!document.querySelector('#{form}').hidden")


def told_to_device():
    """The notices that the counter's courier holds, when it heard of any."""
    with sqlite3.connect(f"file:{STAGE}/server/office.db?mode=ro", uri=True) as db:
        body = db.execute("SELECT body FROM configurations ORDER BY version DESC LIMIT 1").fetchone()[0]
    return json.loads(body).get("notices", [])


def until(question, patience=90):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.2)
    return False


def close_it(an, binh, chi):
    an.go(SERVER + "/viec")
    an.settled()
    check("the list has the case", "Rất không hài lòng" in an.text("#list-table"), an.text("main"))
    check("the figures count it", an.text("#tiles dd") == "1", an.text("#tiles"))
    an.picture(str(STAGE / "viec-list.png"))
    an.js("document.querySelector('#list-table tbody a').click()")
    an.until("document.querySelector('#case').dataset.state === 'ready'")
    address = an.js("location.href")
    check("the address names the case", "case=" in address, address)
    check("nobody can answer before it has an owner", not an.offers("answer"))
    an.fill("#owner", "an")
    check("it has an owner", "đã giao" in an.submit("assign"), an.text("#told"))
    an.fill("#cause", "cho-lau")
    an.fill("#text", "Chỉ một quầy mở buổi sáng.")
    an.fill("#action", ACTION)
    check("it is answered", "chờ xác nhận" in an.submit("answer"), an.text("#told"))
    check("who answered cannot confirm", not an.offers("confirm"))
    check("text is text", ACTION in an.text("#history"), an.text("#history"))
    an.picture(str(STAGE / "viec-case.png"))
    for person in (binh, chi):
        person.go(address)
        person.until("document.querySelector('#case').dataset.state === 'ready'")
    check("a leader may confirm", binh.offers("confirm"))
    check("a leader cannot assign", not binh.offers("assign"))
    check("it is closed", "đã đóng" in binh.submit("confirm"), binh.text("#told"))
    # Chi looks at what was, and is told.
    check("who comes second is told", "vừa thay đổi" in chi.submit("confirm"), chi.text("#told"))
    check("and sees what holds", "đã đóng" in chi.text("#facts"), chi.text("#facts"))
    return address


def show_notice(an, address):
    an.go(address)
    an.until("document.querySelector('#case').dataset.state === 'ready'")
    an.fill("#notice-vi", "Sáng thứ Hai có thêm một quầy, 97 % hài lòng.")
    an.fill("#notice-en", "One more counter on Monday mornings.")
    check("a score is refused", "Chưa thực hiện" in an.submit("notice"), an.text("#told"))
    check("and nobody is told of it", told_to_device() == [])
    an.fill("#notice-vi", "Sáng thứ Hai có thêm một quầy.")
    check("the notice is kept", "Đã lưu" in an.submit("notice"), an.text("#told"))
    check("the counter is told", [n["vi"] for n in told_to_device()] == ["Sáng thứ Hai có thêm một quầy."],
          told_to_device())


def appeal(an):
    an.fill("#mark-reason", "Người dân chấm nhầm quầy.")
    check("a rating is marked on appeal", "Đã đánh dấu" in an.submit("mark"), an.text("#told"))
    an.fill("#mark-reason", "Lần nữa.")
    check("and only once", "đã được đánh dấu" in an.submit("mark"), an.text("#told"))


def open_again(binh):
    binh.reload()
    binh.until("document.querySelector('#case')?.dataset.state === 'ready'")
    binh.fill("#reopen-reason", "Người dân phản ánh lại.")
    check("it is open again", "đã giao" in binh.submit("reopen"), binh.text("#told"))
    check("and its notice goes", told_to_device() == [], told_to_device())


def see_others(admin):
    admin.go(SERVER + "/viec")
    status = admin.js("fetch('/api/v1/cases').then((answer) => answer.status)")
    check("an admin sees no cases", status == 403, status)


def see_narrow(an):
    an.resize(390, 844)
    for path in ("/viec", "/viec?state=closed", "/viec?overdue=1"):
        an.go(SERVER + path)
        an.settled()
        window, content = an.width()
        check(f"{path} fits a telephone", content <= window, (window, content))
    an.picture(str(STAGE / "viec-390.png"))
    check("nothing is overdue", "Không có việc" in an.text("#list"), an.text("#list"))
    an.js("document.querySelector('#language').click()")
    an.settled()
    check("it speaks English", "Nothing to do" in an.text("#list"), an.text("#list"))


def main():
    an, binh, chi, dung = (Person(name) for name in ("an", "binh", "chi", "dung"))
    try:
        address = close_it(an, binh, chi)
        show_notice(an, address)
        appeal(an)
        open_again(binh)
        see_others(dung)
        see_narrow(an)
    finally:
        for person in (an, binh, chi, dung):
            person.close()
    sys.exit(has_failed())


main()
