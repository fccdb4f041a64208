"""What citizens write on telephones, and how the Office sees it."""
import base64
import csv
import io
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Browser  # noqa: E402
from checks import begin_on_a_day, check, has_failed  # noqa: E402

SERVER = os.environ["SERVER"]
PASSWORD = os.environ["WARD_PASSWORD"]
STAGE = pathlib.Path(os.environ["STAGE_DIR"])
begin_on_a_day(240)
TODAY = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 7 * 3600))
DAYS = f"from={TODAY}&to={TODAY}"
NUMBER = "Chờ lâu quá, gọi tôi 090 123 4567 <script>document.title='x'</script>"
MASKED = "Chờ lâu quá, gọi tôi ••• ••• •••• <script>document.title='x'</script>"
FORMULA = "=cmd|' /C calc'!A0 😀"
HEBREW = "שלום רב, cảm ơn"


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def address():
    """As the one-stop software prints it, signed with the server's own key."""
    seed = base64.b64decode((STAGE / "server/server.key").read_text())
    pem = STAGE / "key.pem"
    pem.write_text("-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(
        bytes.fromhex("302e020100300506032b657004220420") + seed).decode() +
        "\n-----END PRIVATE KEY-----\n")
    payload = json.dumps({
        "id": str(uuid.uuid4()), "unit": "H24.12", "field": "chung-thuc",
        "expires_at": int(time.time() * 1000) + 600_000}).encode()
    text = STAGE / "token"
    text.write_bytes(b"hailong.token.1\n" + payload)
    signature = subprocess.run(
        ["openssl", "pkeyutl", "-sign", "-inkey", pem, "-rawin", "-in", text],
        capture_output=True, check=True).stdout
    return f"{SERVER}/d/{url64(payload)}.{url64(signature)}"


def answer(browser, level, reason, comment):
    browser.go(address())
    browser.click(f"button[value='{level}']", loads=True)
    browser.click(f"input[value='{reason}']")
    browser.js("document.querySelector('textarea').value = "
               f"{json.dumps(comment)}")
    browser.click("button[name=send]", loads=True)


def answer_all():
    browser = Browser(390, 844)
    answer(browser, 1, "reason.low.1", NUMBER)
    answer(browser, 2, "reason.low.3", FORMULA)
    answer(browser, 5, "reason.high.3", HEBREW)
    browser.close()


def let_rounds_end():
    """All three are held, and as if they had come in an hour ago."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        base = sqlite3.connect(STAGE / "server/office.db", timeout=90)
        held = base.execute("SELECT count(*) FROM comments").fetchone()[0]
        if held == 3:
            base.execute("UPDATE rounds SET quarter = quarter - 4")
            base.commit()
        base.close()
        if held == 3:
            return
        time.sleep(0.1)
    check("three comments reach the server", False, held)


def texts(browser, css):
    return browser.js(
        f"[...document.querySelectorAll({json.dumps(css)})]"
        ".map((each) => each.textContent)")


def open_page(browser, path):
    browser.go(SERVER + path)
    browser.settled()


def fits(browser, name):
    for width in (1280, 390):
        browser.resize(width, 900)
        browser.settled()
        window, content = browser.width()
        check(f"{name}: nothing lies beyond the edge at {width}",
              content <= window, f"{content} in {window}")
        time.sleep(0.3)
        browser.picture(str(STAGE / "shots" / f"{name}-{width}.png"))
    browser.resize(1280, 900)


def see_reasons(browser):
    open_page(browser, f"/ly-do?{DAYS}")
    row = browser.js(
        "[...document.querySelectorAll('#low-table tbody tr')]"
        ".map((row) => [...row.children].map((cell) => cell.textContent))")
    waited = next((cells for cells in row or [] if cells[0] == "Chờ lâu"), None)
    check("one of two who were not satisfied waited long",
          waited and waited[1:3] == ["1", "50,0\u00a0%"], row)
    fits(browser, "ly-do")
    browser.click("#low-table a[href*='reason.low.1']", loads=True)
    browser.until("document.querySelectorAll('#list blockquote').length > 0")
    check("a reason leads to its comments",
          texts(browser, "#list blockquote") == [MASKED],
          texts(browser, "#list blockquote"))


def see_comments(browser):
    open_page(browser, f"/gop-y?{DAYS}")
    browser.until("document.querySelectorAll('#list blockquote').length >= 3")
    said = sorted(texts(browser, "#list blockquote"))
    check("the Office reads all, numbers masked, and text stays text",
          said == sorted([MASKED, FORMULA, HEBREW]), said)
    check("no script of a citizen ran", browser.js("document.title") != "x")
    check("a comment shows its level in words",
          "Rất không hài lòng" in texts(browser, "#list .level strong"),
          texts(browser, "#list .level strong"))
    fits(browser, "gop-y")
    browser.js("document.getElementById('find-words').value = 'goi toi'")
    browser.click("#find button")
    browser.until("document.querySelectorAll('#list blockquote').length === 1")
    check("words are found without marks",
          texts(browser, "#list blockquote") == [MASKED])
    check("what is looked for stands in the address",
          "q=goi+toi" in browser.js("location.search"),
          browser.js("location.search"))
    browser.js("document.getElementById('find-words').value = '0901234567'")
    browser.click("#find button")
    browser.until("document.getElementById('comments').dataset.state === "
                  "'empty'")
    check("nobody finds a number", not texts(browser, "#list blockquote"))


def fetch(browser, path):
    """The bytes, as a download would be."""
    text = browser.js(
        f"fetch({json.dumps(path)}).then((a) => a.arrayBuffer()).then((b) => "
        "btoa([...new Uint8Array(b)].map((c) => String.fromCharCode(c))"
        ".join('')))")
    return base64.b64decode(text)


def read_xlsx(bytes_):
    path = STAGE / "R6.xlsx"
    path.write_bytes(bytes_)
    # Debian's own python, for which python3-openpyxl is.
    done = subprocess.run(
        ["/usr/bin/python3", "-c",
         "import sys, json, openpyxl\n"
         "book = openpyxl.load_workbook(sys.argv[1])\n"
         "print(json.dumps([[c.data_type, c.value] for s in book for r in "
         "s.iter_rows() for c in r if c.value is not None], default=str))",
         str(path)], capture_output=True, check=True)
    return json.loads(done.stdout)


def read_pdf(bytes_):
    path = STAGE / "R6.pdf"
    path.write_bytes(bytes_)
    done = subprocess.run(["pdftotext", "-layout", path, "-"],
                          capture_output=True, check=True)
    return done.stdout.decode()


def see_files(browser):
    report = f"/api/v1/reports/R6?{DAYS}&format="
    rows = list(csv.reader(io.StringIO(
        fetch(browser, report + "csv").decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    check("CSV: the number is masked", MASKED in cells, cells)
    check("CSV: a formula is text", "'" + FORMULA in cells and
          FORMULA not in cells, cells)
    cells = read_xlsx(fetch(browser, report + "xlsx"))
    check("xlsx: a formula is text", ["s", FORMULA] in cells and
          not any(kind == "f" for kind, _ in cells), cells)
    check("xlsx: the number is masked", ["s", MASKED] in cells)
    text = " ".join(read_pdf(fetch(browser, report + "pdf")).split())
    check("PDF: holds the comments", "•••" in text and "090" not in text and
          "=cmd|" in text and "<script>" in text, text[:3000])
    kept = json.loads(fetch(browser, report + "json"))
    check("JSON: three comments", "Báo cáo liệt kê 3 góp ý." in
          json.dumps(kept, ensure_ascii=False))
    for kind in ("text", "xlsx", "pdf", "csv", "json"):
        made = fetch(browser, f"/api/v1/reports/R5?{DAYS}&format={kind}")
        check(f"R5 as {kind}", len(made) > 500 and b"problem" not in made[:60],
              made[:200])
        (STAGE / f"R5.{kind}").write_bytes(made)
    text = (STAGE / "R5.text").read_text()
    check("R5 says what was given most", "Chờ lâu" in text, text)


def see_officer(browser):
    browser.sign_in(SERVER, "binh", PASSWORD)
    for path in (f"/api/v1/comments?{DAYS}", f"/api/v1/reasons?{DAYS}",
                 f"/api/v1/reports/R6?{DAYS}", "/gop-y", "/ly-do"):
        status = browser.js(f"fetch('{path}').then((a) => a.status)")
        check(f"an officer is refused {path.split('?')[0]}", status == 403,
              status)


answer_all()
let_rounds_end()
desk = Browser(1280, 900, scale=1)
desk.sign_in(SERVER, "an", PASSWORD)
see_reasons(desk)
see_comments(desk)
see_files(desk)
see_officer(desk)
desk.close()
sys.exit(has_failed())
