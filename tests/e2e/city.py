"""What people of a city see on its pages."""
import base64
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Watched  # noqa: E402
from checks import check, has_failed  # noqa: E402

SERVER = os.environ["SERVER"]
STAGE = pathlib.Path(os.environ["STAGE_DIR"])
PASSWORD = os.environ["WARD_PASSWORD"]
DAYS = f"from={os.environ['FROM']}&to={os.environ['TO']}"


class Reader(Watched):
    def sign_in(self, path, name):
        self.go(SERVER + path)
        self.until("location.pathname.endsWith('/dang-nhap')")
        self.type("#name", name)
        self.type("#password", PASSWORD)
        self.click("#send", loads=True)

    def open(self, path, ready):
        self.go(SERVER + path)
        self.until(ready)

    def text(self, css):
        return self.js(f"document.querySelector({json.dumps(css)}).innerText")

    # Of tables: pixels that are only seen by scrolling sideways.
    def hidden_parts(self):
        return self.js("[...document.querySelectorAll('.table-box')].reduce("
                       "(sum, box) => sum + box.scrollWidth - box.clientWidth,"
                       " 0)")

    def picture(self, name):
        shot = self.ask("Page.captureScreenshot",
                        {"captureBeyondViewport": True})["data"]
        (STAGE / f"{name}.png").write_bytes(base64.b64decode(shot))


READY = ("document.querySelector('#league-tables table') &&"
         " document.querySelector('#sums-table table')")
LEAGUE = f"/w/H24/thanh-pho?{DAYS}"

desk = Reader()
desk.sign_in("/", "an")
check("the city's first page is the wards'",
      desk.until("location.pathname === '/w/H24/'") is not False)
desk.open(LEAGUE, READY)
text = desk.text("#league-tables")
tables = desk.js("document.querySelectorAll('#league-tables table').length")
check("wards stand in classes of size", tables == 2 and
      "Đến 20.000 dân" in text and "Từ 20.001 đến 50.000 dân" in text, text)
check("a rate never stands without its interval and number",
      all(word in text for word in ("Số đánh giá", "Khoảng tin cậy",
                                    "Đánh giá trên hồ sơ",
                                    "Thiết bị mất liên lạc")), text)
sorts = desk.js("[...document.querySelectorAll('#league-tables button.sort')]"
                ".map((button) => button.textContent)")
check("nobody sorts wards by their rate",
      "Đơn vị" in sorts and "Hài lòng" not in sorts, sorts)
check("a ward tells what it was called", "Xã Mẫu Mới" in text and
      "Xã Mẫu Hai" in text, text)
check("the city and the cluster are summed",
      all(name in desk.text("#sums-table")
          for name in ("Thành phố Mẫu", "Cụm phía Bắc")),
      desk.text("#sums-table"))
check("all columns are seen at a desk", desk.hidden_parts() == 0,
      desk.hidden_parts())
desk.picture("league-desk")
desk.click("#language")
desk.until("document.querySelector('#league-tables').innerText"
           ".includes('interval')")
check("nor is one hidden in English", desk.hidden_parts() == 0,
      desk.hidden_parts())
desk.picture("league-desk-en")
desk.click("#language")
desk.until("document.querySelector('#league-tables').innerText"
           ".includes('Khoảng')")

desk.js("document.querySelector(\"#league-tables a[href*='H24.12']\").click()")
desk.until("location.pathname.endsWith('/H24.12') &&"
           " document.querySelector('#field-table table') &&"
           " document.querySelector('#counter-table table') &&"
           " document.querySelector('#title').textContent"
           "   === 'Phường Bình Minh'")
check("a ward's own figures have its fields and counters",
      "Rất hài lòng" in desk.text("#overview-table") and
      "1" in desk.text("#counter-table"))
desk.picture("ward-desk")
check("the desk's pages complain of nothing", not desk.complaints,
      desk.complaints)

phone = Reader(390, 844)
phone.sign_in(LEAGUE, "lan")
phone.until(READY)
check("one is led back to the page that was asked for",
      phone.js("location.pathname") == "/w/H24/thanh-pho",
      phone.js("location.href"))
text = phone.text("#main")
check("a cluster's leader sees the cluster alone",
      "Phường Bình Minh" in text and "Cụm phía Bắc" in text and
      "Phường Mẫu Một" not in text and "Thành phố Mẫu" not in text, text)
check("nothing is wider than a telephone",
      phone.js("document.documentElement.scrollWidth") <= 390,
      phone.js("document.documentElement.scrollWidth"))
check("no rate is seen on a telephone without its interval and coverage",
      phone.hidden_parts() == 0, phone.hidden_parts())
phone.picture("league-phone")
check("the telephone's pages complain of nothing", not phone.complaints,
      phone.complaints)

ward = Reader()
ward.sign_in(f"/w/H24.12/linh-vuc?{DAYS}", "binh")
ward.until("document.querySelector('#ranking-table table')")
check("a ward's pages stand below its path",
      ward.js("location.pathname") == "/w/H24.12/linh-vuc" and
      ward.js("document.querySelector('.nav a[href*=\"/thu-tuc\"]').pathname")
      == "/w/H24.12/thu-tuc", ward.js("location.href"))
ward.js("document.querySelector('#ranking-table a').click()")
ward.until("location.pathname === '/w/H24.12/' &&"
           " document.querySelector('#levels-table table')")
links = ward.js("[...document.querySelectorAll('a[href], img[src]')]"
                ".map((each) => each.href || each.src)"
                ".filter((each) => each.startsWith(location.origin))"
                ".map((each) => new URL(each).pathname)")
check("no link leads out of the ward", links and
      all(link.startswith("/w/H24.12/") for link in links), links)
ward.open("/w/H24/thanh-pho", "location.pathname.endsWith('/dang-nhap')")
check("who is known in a ward is not known in the city",
      ward.js("location.pathname") == "/w/H24/dang-nhap")
check("the ward's pages complain of nothing", not ward.complaints,
      ward.complaints)
sys.exit(has_failed())
