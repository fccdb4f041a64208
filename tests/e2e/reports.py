"""What the Office takes along from /bao-cao, and enters at /khao-sat."""
import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import unicodedata
import urllib.error
import urllib.request

import openpyxl

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Browser  # noqa: E402
from checks import check, has_failed  # noqa: E402

SERVER = os.environ["SERVER"]
STAGE = pathlib.Path(os.environ["STAGE_DIR"])
PASSWORD = os.environ["WARD_PASSWORD"]
YEAR = "duong-lich:2026"


def fetch(path, cookie):
    asked = urllib.request.Request(SERVER + path, headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read()


def cookie_of(browser):
    return "; ".join(f"{c['name']}={c['value']}" for c in browser.cookies())


def sign_in(browser, name, path):
    browser.sign_in(SERVER, name, PASSWORD)
    browser.go(SERVER + path)
    return browser.js("location.pathname") == path.split("?")[0]


def text_of_pdf(data):
    file = STAGE / "report.pdf"
    file.write_bytes(data)
    return subprocess.run(["pdftotext", str(file), "-"], check=True,
                          capture_output=True, text=True).stdout


def open_workbook(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def enter_form(browser, count):
    browser.go(f"{SERVER}/khao-sat?period={YEAR}")
    check("the questions stand there",
          browser.until("document.querySelectorAll("
                        "'#paper-items select').length === 19"))
    browser.js("document.querySelector('#paper-day').value = '2026-11-20'")
    for question, level in (("15", 4), ("16", 2)):
        browser.js(f"document.querySelector('#answer-{question}').value ="
                   f" '{level}'")
    browser.js("document.querySelector('#paper-form button').click()")
    check("a form is entered",
          browser.until("document.querySelector('#paper-alert').innerText"
                        ".includes('Đã ghi 1 phiếu')"),
          browser.js("document.querySelector('#paper-alert').innerText"))
    check("and seen in the figures at once",
          browser.until("document.querySelector('#sipas-tables').innerText"
                        f".includes('trong đó {count} phiếu giấy')"))


def enter_sheet(browser):
    for index in range(1, 10):
        for key, count in (("two", 8), ("one", 1), ("none", 1)):
            browser.js(f"document.querySelector('#points-{index}-{key}')"
                       f".value = '{count}'")
    browser.js("document.querySelector('#sheet-form button').click()")
    # 17 points of 10 dossiers are 1,7 in each: 15,3.
    check("nine indices make a total and a class",
          browser.until("document.querySelector('#nine-tables').innerText"
                        ".includes('Tổng điểm 15,3/18, xếp loại: Xuất sắc')"),
          browser.js("document.querySelector('#nine-tables').innerText"))


def read_pdf(name, data):
    text = text_of_pdf(data)
    check(f"{name} on paper is a document, in NFC",
          "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
          and "Độc lập - Tự do - Hạnh phúc" in text
          and unicodedata.is_normalized("NFC", text), text[:300])


def read_workbook(name, data):
    book = open_workbook(data)
    check(f"{name} as a workbook tells its method, heads in sight",
          "Phương pháp" in book.sheetnames
          and all(sheet.freeze_panes for sheet in book), book.sheetnames)
    if name in ("R1", "R7", "R8", "R9"):
        check(f"{name} has charts of its own",
              any(sheet._charts for sheet in book))


def take_along(browser):
    browser.go(f"{SERVER}/bao-cao?period={YEAR}")
    browser.until("document.querySelectorAll('#reports-list li').length === 10")
    links = browser.js("[...document.querySelectorAll('#reports-list a')]"
                       ".map((a) => a.getAttribute('href'))")
    check("each report has each form", len(links) == 40, len(links))
    cookie = cookie_of(browser)
    for path in links:
        status, data = fetch(path, cookie)
        name, form = path.split("?")[0].rsplit("/", 1)[1], path.split("=")[-1]
        if status != 200:
            check(f"{name} as {form}", False, (status, data[:200]))
        elif form == "pdf":
            read_pdf(name, data)
        elif form == "xlsx":
            read_workbook(name, data)
        elif form == "csv":
            rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
            check(f"{name} as CSV has its rows in line",
                  len({len(row) for row in rows}) == 1, rows[:2])
        else:
            check(f"{name} as JSON names its method and its heads",
                  {"method", "period", "data_as_of", "complete", "ledger"}
                  <= json.loads(data).keys())


def issue(browser, number, said):
    at = "document.querySelector('#reports-list li:nth-child(7) button')"
    browser.js(f"{at}.click()")
    browser.js(f"document.querySelector('#issue-number').value = '{number}'")
    browser.js("document.querySelector('#issue-go').click()")
    check(f"R7 is issued: {said}",
          browser.until("document.querySelector('#reports-alert').innerText"
                        f".includes('{said}')"),
          browser.js("document.querySelector('#reports-alert').innerText"))


def keep_issued(browser, number):
    _, data = fetch(f"/api/v1/reports/issued/{number}", cookie_of(browser))
    (STAGE / f"issued-{number}.json").write_bytes(data)
    return json.loads(data)


def refuse_leader():
    browser = Browser(390, 844, scale=1)
    try:
        check("the leader comes to the reports",
              sign_in(browser, "lan", f"/bao-cao?period={YEAR}"))
        browser.until("document.querySelectorAll('#reports-list li').length"
                      " === 10")
        check("and can issue none",
              browser.js("document.querySelectorAll('#reports-list button')"
                         ".length") == 0)
        window, content = browser.width()
        check("nothing scrolls sideways on a telephone", content <= window,
              (window, content))
        status, _ = fetch("/api/v1/reports/issued/1", cookie_of(browser))
        check("what was issued is the Office's", status == 403, status)
    finally:
        browser.close()


browser = Browser(1280, 900, scale=1)
try:
    check("the Office comes to the page it asked for",
          sign_in(browser, "an", f"/khao-sat?period={YEAR}"))
    enter_form(browser, 1)
    enter_sheet(browser)
    take_along(browser)
    issue(browser, "07/BC-UBND", "số lưu 1")
    keep_issued(browser, 1)
    enter_form(browser, 2)
    browser.go(f"{SERVER}/bao-cao?period={YEAR}")
    browser.until("document.querySelector('#reports-list li:nth-child(7)"
                  " button')")
    issue(browser, "", "lần lập lại thứ 1")
    again = keep_issued(browser, 2)
    check("issued again it says what changed",
          "Chỉ số hài lòng theo câu hỏi" in again["restatement"]["changed"],
          again["restatement"])
    check("the archive has both",
          browser.until("document.querySelectorAll('#archive-table tbody tr')"
                        ".length === 2"))
finally:
    browser.close()
refuse_leader()
sys.exit(has_failed())
