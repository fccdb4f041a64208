"""What the Office does at its pages, and what it sees there."""
import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import openpyxl

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Watched  # noqa: E402
from checks import check, has_failed  # noqa: E402

SERVER = os.environ["SERVER"]
MONTH = os.environ["MONTH"]
STAGE = pathlib.Path(os.environ["STAGE_DIR"])
PASSWORD = os.environ["WARD_PASSWORD"]
PAGES = ["/", "/linh-vuc", "/thu-tuc", "/theo-quay", "/cong-chuc",
         "/gio-cao-diem", "/cho-va-han"]


class Office(Watched):
    # Some questions here are bad ones.
    forgiven = ("400", "401")

    def text(self, css):
        return self.js(f"document.querySelector({json.dumps(css)}).innerText")

    def address(self):
        return self.js("location.pathname + location.search")

    def cookie(self):
        return "; ".join(f"{c['name']}={c['value']}" for c in self.cookies())


def fetch(path, cookie):
    """The status and the bytes of a file, as the browser would load it."""
    asked = urllib.request.Request(SERVER + path, headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read()


def summary(cookie, query):
    status, body = fetch(f"/api/v1/reports/summary?{query}", cookie)
    return json.loads(body) if status == 200 else None


def vietnamese(value):
    return f"{value:.1f}".replace(".", ",") + "\u00a0%"


def sign_in(browser):
    """By the form, from an address that was sent."""
    browser.go(f"{SERVER}/linh-vuc?period={MONTH}")
    check("who is not signed in is asked to",
          browser.js("location.pathname") == "/dang-nhap", browser.address())
    browser.type("#name", "an")
    browser.type("#password", PASSWORD)
    browser.enter()
    check("and comes to the view that was asked for",
          browser.until(f"location.href === '{SERVER}/linh-vuc?period={MONTH}'"
                        " && document.querySelector('#ranking tbody tr')"),
          browser.address())


def read_overview(browser):
    browser.go(f"{SERVER}/?period={MONTH}")
    browser.settled()
    total = summary(browser.cookie(), f"period={MONTH}")["total"]
    check("the headline is the report's", browser.text("#sat")
          == vietnamese(total["sat"]),
          (browser.text("#sat"), vietnamese(total["sat"])))
    check("with its interval", f"{total['wilson'][0]:.2f}".replace(".", ",")
          in browser.text("#sat-words"), browser.text("#sat-words"))
    check("and a verdict for each target, in words",
          "Mục tiêu 95 %" in browser.text("#verdicts")
          and "Mục tiêu 98 %" in browser.text("#verdicts"),
          browser.text("#verdicts"))
    check("coverage stands beside it",
          "Hồ sơ đã xong" in browser.text("#coverage"))
    check("charts are drawn, each with its table",
          browser.js("['levels', 'trend'].every((name) => document."
                     "querySelector(`#${name}-chart canvas`) && document."
                     "querySelectorAll(`#${name}-table tbody tr`).length > 4)"))


def drill_down(browser):
    browser.go(f"{SERVER}/theo-quay?period={MONTH}")
    browser.until("document.querySelector('#ranking-table tbody a')")
    row = browser.js("document.querySelector('#ranking-table tbody a').href")
    browser.click("#ranking-table tbody tr:nth-child(2) a", loads=True)
    browser.until("document.querySelector('#chips button')")
    browser.settled()
    wanted = summary(browser.cookie(), f"period={MONTH}&counter=2")["total"]
    check("a row leads to the overview of what it names",
          browser.address() == f"/?period={MONTH}&counter=2",
          browser.address() + " " + row)
    check("which says so", "Quầy 2" in browser.text("#chips"),
          browser.text("#chips"))
    check("and shows that counter's figures",
          browser.text("#sat") == vietnamese(wanted["sat"])
          and f"{wanted['rated']:,}".replace(",", ".")
          in browser.text("#sat-words"), browser.text("#overview"))
    check("other pages keep the filter", browser.js(
        "document.querySelector('.nav a[href^=\"/thu-tuc\"]').search")
        == f"?period={MONTH}&counter=2")
    browser.click("#chips button")
    check("a filter is taken away again",
          browser.until("!location.search.includes('counter')"),
          browser.address())
    browser.js("history.back()")
    check("and comes back by going back", browser.until(
        "location.search.includes('counter=2') && "
        "document.querySelector('#chips button')"), browser.address())


def narrow_too_much(browser):
    browser.go(f"{SERVER}/thu-tuc?period={MONTH}&counter=2&field=ho-tich")
    check("a part of which no totals are kept is told in words", browser.until(
        "document.querySelector('[data-state=error]')?.innerText.includes("
        "'bỏ bớt một bộ lọc')"), browser.text("main"))
    browser.go(f"{SERVER}/?period={MONTH}&counter=99")
    check("a name that nobody knows is told, too", browser.until(
        "document.querySelector('#overview').innerText.includes("
        "'Chưa có gì được ghi dưới mã này: Quầy')"), browser.text("#overview"))


def change_period(browser):
    browser.go(f"{SERVER}/linh-vuc?period={MONTH}")
    browser.settled()
    browser.click("#period-back")
    check("the period before stands in the address", browser.until(
        f"!location.search.includes('{MONTH}') && "
        "location.search.startsWith('?period=hanh-chinh:')"),
        browser.address())
    browser.js("history.back()")
    browser.until(f"location.search.includes('{MONTH}')")
    for query, words in (("from=2026-11-10&to=2026-11-01", "Ngày đầu sau"),
                         ("from=2999-01-01&to=2999-02-01", "sau hôm nay"),
                         ("from=1926-01-01&to=2026-01-01", "quá 10 năm"),
                         ("from=2026-02-30&to=2026-03-01", "đủ hai ngày"),
                         ("period=hanh-chinh:2026-13", "kỳ không có")):
        browser.go(f"{SERVER}/linh-vuc?{query}")
        browser.until("!document.querySelector('#period-alert').hidden")
        check(f"{query} is told in words beside the field",
              words in browser.text("#period-alert"),
              browser.text("#period-alert"))


def download(browser):
    browser.go(f"{SERVER}/linh-vuc?period={MONTH}")
    browser.settled()
    links = browser.js("[...document.querySelectorAll('#download-links a')]"
                       ".map((a) => a.getAttribute('href'))")
    cookie = browser.cookie()
    files = {urllib.parse.parse_qs(link.split("?")[1])["format"][0]:
             fetch(link, cookie) for link in links}
    check("each form comes", all(status == 200 for status, _ in
                                 files.values()) and len(files) == 3, links)
    rows = list(csv.reader(io.StringIO(files["csv"][1].decode("utf-8-sig"))))
    check("the CSV names the fields", any("Chứng thực" in cell for row in rows
                                          for cell in row), rows[:3])
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"][1]))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows()
             for cell in row if cell.value is not None]
    check("another library opens the workbook",
          any("Chứng thực" in cell for cell in cells), cells[:10])
    pdf = STAGE / "linh-vuc.pdf"
    pdf.write_bytes(files["pdf"][1])
    said = subprocess.run(["pdftotext", "-layout", pdf, "-"],
                          capture_output=True, check=True).stdout.decode()
    check("the PDF holds text", "Chứng thực" in said, said[:300])


def tap(level):
    with open(STAGE / "taps", "w", encoding="ascii") as player:
        player.write(f"{level}\n")


def watch_today(browser):
    browser.go(f"{SERVER}/?period={MONTH}")
    tile = "document.querySelector('#today-tiles div:nth-child(2) dd')"
    browser.until(tile)
    before = int(browser.js(f"{tile}.innerText").replace(".", ""))
    loads = browser.loaded
    for more in (1, 2):
        began = time.monotonic()
        tap(5)
        seen = browser.until(f"{tile}.innerText.replace('.', '') === "
                             f"'{before + more}'")
        took = time.monotonic() - began
        print(f"told: a tap stood on the page after {took:.2f} s", flush=True)
        check(f"tap {more} is seen without reload",
              seen and browser.loaded == loads, took)


def fall_silent(browser):
    """All devices, as if minutes had passed since they were heard of."""
    browser.go(f"{SERVER}/theo-quay?period={MONTH}")
    browser.settled()
    check("no banner stands over complete figures",
          browser.js("document.querySelector('#banner').hidden"),
          browser.text("#banner"))
    loads = browser.loaded
    subprocess.run(["sqlite3", "-cmd", ".timeout 90000",
                    STAGE / "server" / "office.db",
                    "UPDATE contacts SET seen_at = seen_at - 3600000"],
                   check=True)
    check("silent devices are told over the figures, without reload",
          browser.until("!document.querySelector('#banner').hidden")
          and "5 trên 5 thiết bị im lặng" in browser.text("#banner")
          and browser.loaded == loads, browser.text("#banner"))
    check("and where to look", browser.js(
        "[...document.querySelectorAll('#banner a:not([hidden])')].map((a) => "
        "a.pathname).join(' ')") == "/thiet-bi /do-tin-cay")


def ask_as(browser, name):
    browser.sign_in(SERVER, name, PASSWORD)
    return browser.cookie()


def refuse_roles(browser):
    for name in ("binh", "khoa"):
        cookie = ask_as(browser, name)
        answers = [fetch(path, cookie)[0] for path in PAGES[1:] + [
            f"/api/v1/reports/summary?period={MONTH}",
            "/api/v1/reports/live"]]
        check(f"{name} reads no figures", set(answers) == {403}, answers)
        browser.go(SERVER + "/")
        browser.until("!document.querySelector('.nav .group[hidden]') || "
                      "document.querySelector('.nav li:not([hidden])')")
        check(f"{name} sees nothing that leads there", browser.js(
            "![...document.querySelectorAll('.nav li:not([hidden]) a')].some("
            "(a) => ['/linh-vuc', '/gop-y'].includes(a.pathname)) && "
            "document.querySelector('#figures').hidden"))
        browser.go(SERVER + "/linh-vuc")
        check("and is told so where they came by a link", browser.until(
            "document.querySelector('.nav li:not([hidden])')")
            and "không dành cho vai trò" in browser.text("h1"),
            browser.text("h1"))
    cookie = ask_as(browser, "lan")
    check("the leader reads them", {fetch(path, cookie)[0] for path in PAGES}
          == {200})


def hold_a_telephone():
    browser = Office(390, 844)
    browser.sign_in(SERVER, "an", PASSWORD)
    for path in PAGES:
        browser.go(f"{SERVER}{path}?period={MONTH}")
        browser.settled()
        window, content = browser.width()
        check(f"{path} does not scroll sideways on a telephone",
              content <= window, f"{content} in {window}")
    check("no page is complained of", browser.complaints == [],
          browser.complaints)
    browser.close()


def at(browser):
    return browser.js("document.activeElement.id || "
                      "document.activeElement.innerText")


def use_keys_only(browser):
    browser.sign_in(SERVER, "an", PASSWORD)
    browser.go(f"{SERVER}/theo-quay?period={MONTH}")
    browser.settled()
    browser.tab()
    check("the first stop leaps to the content",
          at(browser).startswith("Đến nội dung"), at(browser))
    browser.enter()
    stops = []
    for _ in range(30):
        browser.tab()
        stops.append(at(browser))
        if stops[-1] == "Số đánh giá":
            break
    check("the keyboard comes through period, filters and table",
          {"period-kind", "period-code", "period-back"} <= set(stops)
          and stops[-1] == "Số đánh giá", stops)
    browser.enter()
    check("a table is sorted by it", browser.js(
        "document.activeElement.closest('th').ariaSort") == "descending"
        and at(browser) == "Số đánh giá", at(browser))


def lose_the_server(browser):
    """The server's answers stop; what is seen then."""
    browser.go(f"{SERVER}/linh-vuc?period={MONTH}")
    browser.settled()
    browser.ask("Network.emulateNetworkConditions", {
        "offline": True, "latency": 0, "downloadThroughput": 0,
        "uploadThroughput": 0})
    browser.click("#period-back")
    check("a server that is away is told",
          browser.until("document.querySelector('[data-state=error]')?."
                        "innerText.includes('Không kết nối')"))
    browser.ask("Network.emulateNetworkConditions", {
        "offline": False, "latency": 0, "downloadThroughput": -1,
        "uploadThroughput": -1})
    check("and the page comes back by itself", browser.until(
        "document.querySelector('#ranking').dataset.state === 'ready' || "
        "document.querySelector('#ranking').dataset.state === 'empty'"))


def main():
    browser = Office()
    sign_in(browser)
    read_overview(browser)
    drill_down(browser)
    narrow_too_much(browser)
    change_period(browser)
    download(browser)
    watch_today(browser)
    use_keys_only(browser)
    fall_silent(browser)
    check("the browser had nothing to complain of", browser.complaints == [],
          browser.complaints)
    lose_the_server(browser)
    refuse_roles(browser)
    browser.close()
    hold_a_telephone()
    return has_failed()


sys.exit(main())
