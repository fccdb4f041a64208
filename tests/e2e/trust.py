"""What the Office sees and decides at /do-tin-cay."""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Browser  # noqa: E402
from checks import check, has_failed  # noqa: E402

SERVER = os.environ["SERVER"]
STAGE = pathlib.Path(os.environ["STAGE_DIR"])
PASSWORD = os.environ["WARD_PASSWORD"]
JUDGED_S = 300  # the server looks for what is due every half a minute
LIFTS = "document.querySelectorAll('#flags-table td button').length"


def text(page, css):
    return page.js(f"document.querySelector('{css}').innerText")


def wait_for_flags(page):
    page.js("""window.look = setInterval(async () => {
        const answer = await fetch('/api/v1/flags?rule=burst');
        window.flags = (await answer.json()).flags
            .filter((flag) => flag.ratings >= 8).length;
    }, 1000)""")
    page.until("window.flags > 0", JUDGED_S)
    page.js("clearInterval(window.look)")


def sees(page):
    page.go(f"{SERVER}/do-tin-cay")
    for part in ("flags", "figures"):
        page.until(f"document.querySelector('#{part}').dataset.state"
                   " === 'ready'")
    flag = page.js("[...document.querySelectorAll('#flags-table tbody tr')]"
                   ".map((row) => row.innerText)"
                   ".find((row) => row.startsWith('Dồn dập')) ?? ''")
    # The ward may be open: its own visits of this minute are among them.
    said = re.search(r"(\d+) đánh giá trong", flag)
    found = int(said.group(1)) if said else 0
    check("a burst is explained", found >= 8
          and "ngưỡng: 6 đánh giá trong 5 phút" in flag, flag)
    check("where it was", "Quầy\u00a01" in flag, flag)
    figures = text(page, "#figures-table")
    check("figures with and without", "Không tính lượt nghi vấn" in figures,
          figures)
    check("how many are doubted", f"Bị gắn cờ\t{found}\t0" in figures, figures)
    for width, name in ((1280, "wide"), (390, "phone")):
        page.resize(width, 900)
        page.settled()
        window, content = page.width()
        check(f"nothing runs over at {width}", content <= window,
              f"{content} of {window}")
        page.picture(STAGE / f"trust-{name}.png")
    page.resize(1280, 900)
    page.click("#language")
    page.settled()
    check("and in English", f"{found} ratings in" in text(page, "#flags-table"))
    page.picture(STAGE / "trust-english.png")
    page.click("#language")
    page.settled()


def lifts(page):
    before = page.js(LIFTS)
    page.js("[...document.querySelectorAll('#flags-table tbody tr')]"
            ".find((row) => row.innerText.startsWith('Dồn dập'))"
            ".querySelector('button').click()")
    page.click("#send")
    check("a reason is asked for",
          "Xin ghi lý do" in text(page, "#problem"), text(page, "#problem"))
    page.picture(STAGE / "trust-dialog.png")
    page.type("#reason", "Cả đoàn đi chung")
    page.click("#send")
    page.until(f"{LIFTS} < {before}")
    table = text(page, "#flags-table")
    check("who lifted it, and why, is told",
          "an gỡ lúc" in table and "Cả đoàn đi chung" in table, table)


def leader_only_reads():
    page = Browser(1280, 900)
    page.sign_in(SERVER, "lan", PASSWORD)
    page.go(f"{SERVER}/do-tin-cay")
    page.until("document.querySelector('#flags').dataset.state === 'ready'")
    check("a leader reads, and decides nothing",
          page.js(LIFTS) == 0 and page.js(
              "document.querySelector('#mark').hidden"))
    page.close()


office = Browser(1280, 900)
office.sign_in(SERVER, "an", PASSWORD)
wait_for_flags(office)
sees(office)
lifts(office)
office.close()
leader_only_reads()
sys.exit(has_failed())
