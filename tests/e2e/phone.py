"""What a citizen does on a telephone, and what is seen there."""
import base64
import json
import os
import pathlib
import subprocess
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from browser import Browser  # noqa: E402
from checks import check, has_failed  # noqa: E402

SERVER = os.environ["SERVER"]
STAGE = pathlib.Path(os.environ["STAGE_DIR"])
PAGE_MAX = 50_000
TARGET_MIN = 44  # CSS pixels


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


def check_page(browser, name, before):
    """Rules that hold for every page."""
    size = browser.received - before
    check(f"{name}: under 50 kB", 0 < size < PAGE_MAX, size)
    window, content = browser.width()
    check(f"{name}: nothing lies beyond the edge", content <= window,
          f"{content} in {window}")
    foreign = [r["url"] for r in browser.requests
               if not r["url"].startswith((SERVER, "data:"))]
    check(f"{name}: asks nobody else", not foreign, foreign)
    check(f"{name}: no cookie", not browser.cookies())
    small = [box for box in map(browser.box, browser.find(
        "button, label.reason, textarea, header a")) if
        min(box[2], box[3]) < TARGET_MIN and box[2] > 0]
    check(f"{name}: targets are large", not small, small)
    browser.picture(str(STAGE / "shots" / f"{name}.png"))


def answer(name, language, script):
    """Level, reasons, comment, sent. With level 2 on each page."""
    browser = Browser(360, 640, script=script)
    place = address() + ("?lang=en" if language == "en" else "")
    browser.go(place)
    check_page(browser, f"{name}-1", 0)
    levels = [said for role, said, _ in browser.spoken() if role == "button"]
    words = {"vi": "Rất hài\u00a0lòng", "en": "Very satisfied"}[language]
    check(f"{name}: a screen reader hears five levels, best first",
          len(levels) == 5 and levels[0] == words, levels)
    before = browser.received
    browser.click("button[value='4']", loads=True)
    # Thinks again: the level is changed from the page itself.
    browser.click("summary")
    browser.click("details button[value='2']", loads=True)
    check_page(browser, f"{name}-2", before + (browser.received - before) // 2)
    browser.click("input[value='reason.low.1']")
    browser.click("input[value='reason.other']")
    browser.type("textarea", "Chờ hơi lâu, nhưng cán bộ tận tình.")
    before = browser.received
    browser.click("button[name=send]", loads=True)
    check_page(browser, f"{name}-3", before)
    title = {"vi": "Xin cảm\u00a0ơn Ông/Bà!", "en": "Thank you!"}[language]
    heard = [said for role, said, _ in browser.spoken() if role == "heading"]
    check(f"{name}: is thanked", heard == [title], heard)
    # Once more by the same address: thanks, no question, no level.
    browser.go(place)
    check(f"{name}: is asked once", not browser.find("form"))
    browser.close()


def answer_by_keyboard():
    """Tab and Enter alone, then walks away after the level."""
    browser = Browser(1280, 800)
    browser.go(address())
    for _ in range(2):  # the other language, then the best level
        browser.key("Tab", 9)
    focused = [said for role, said, focus in browser.spoken()
               if focus and role == "button"]
    check("keyboard: the second stop is the best level",
          focused == ["Rất hài\u00a0lòng"], focused)
    before = browser.loaded
    browser.key("Enter", 13, "\r")
    browser.await_load(before)
    check("keyboard: the level is kept", len(browser.find("textarea")) == 1)
    # Back, as one does: the same page may still change its level.
    browser.back()
    browser.click("button[value='1']", loads=True)
    browser.click("summary")
    browser.click("details button[value='5']", loads=True)
    check("keyboard: back and again", len(browser.find("textarea")) == 1)
    # Another language takes along what was said so far.
    browser.click("input[value='reason.high.3']")
    browser.type("textarea", "Cảm ơn")
    browser.click(".link", loads=True)
    heard = [said for role, said, _ in browser.spoken() if role == "heading"]
    check("keyboard: in English", heard[:1] == ["You chose: Very satisfied"],
          heard)
    check("keyboard: what was said is still there",
          "Cảm ơn</textarea>" in browser.source() and
          len(browser.find("input[checked]")) == 1)
    browser.click("button[name=send]", loads=True)
    browser.close()


answer("vi", "vi", script=False)
answer("en", "en", script=True)
answer_by_keyboard()
sys.exit(has_failed())
