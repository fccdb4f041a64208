"""Walks through every page of tools/pages.txt in a browser, at a desk's width
and a telephone's: takes pictures, or lets axe-core judge.

    web-pages.py pictures FOLDER
    web-pages.py judge AXE_CORE_FILE
"""
import html
import json
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "e2e"))
from browser import Browser  # noqa: E402

SERVER = os.environ["SERVER"]
PASSWORD = os.environ["WARD_PASSWORD"]
WIDTHS = {"1280": (1280, 900), "390": (390, 844)}
PEOPLE = {"nobody": "nobody", "office": "an", "leader": "lan",
          "officer": "binh", "admin": "khoa"}


def pages():
    """(name, path, role), by role, so that one signs in seldom."""
    lines = (HERE / "pages.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and line[0] != "#"]
    month = os.environ["MONTH"]
    return sorted(((name, path.replace("@month", month), role)
                   for name, path, role in rows), key=lambda row: row[2])


def show(browser, path, language):
    browser.js(f"localStorage.setItem('hailong.language', '{language}')")
    browser.go(SERVER + path)
    browser.settled()
    # Fonts and charts come a moment later.
    browser.js("document.fonts.ready.then(() => new Promise((done) => "
               "setTimeout(done, 250)))")


def walk(languages, visit):
    browser = Browser(1280, 900, scale=1)
    signed_in = None
    try:
        for name, path, role in pages():
            if signed_in != role:
                browser.sign_in(SERVER, PEOPLE[role], PASSWORD)
                signed_in = role
            for language in languages:
                for label, size in WIDTHS.items():
                    browser.resize(*size)
                    show(browser, path, language)
                    visit(browser, f"{name}-{label}-{language}", path)
    finally:
        browser.close()


def take_pictures(folder):
    out = pathlib.Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    taken = []

    def visit(browser, name, _):
        browser.picture(out / f"{name}.png")
        taken.append(name)

    walk(["vi", "en"], visit)
    figures = "\n".join(
        f'<figure><a href="{name}.png"><img src="{name}.png" alt="{name}">'
        f"</a><figcaption>{html.escape(name)}</figcaption></figure>"
        for name in taken)
    (out / "index.html").write_text(
        '<!doctype html><html lang="vi"><meta charset="utf-8">'
        "<title>Hài Lòng: mọi trang</title><style>body{font:16px sans-serif;"
        "background:#faf6ef;margin:24px}figure{display:inline-block;margin:8px;"
        "vertical-align:top}img{max-width:420px;max-height:420px;"
        f"border:1px solid #ddd5c6}}</style>{figures}</html>\n",
        encoding="utf-8")
    print(f"screenshots: {len(taken)} pictures of pages; the sheet is "
          f"{out}/index.html")
    return 0


def judge_one(browser, axe):
    browser.js(axe + "; undefined")
    found = browser.js("axe.run().then((result) => result.violations.map("
                       "({id, help, nodes}) => ({id, help, where: "
                       "nodes.slice(0, 5).map((node) => node.html)})))")
    window, content = browser.width()
    if content > window:
        found.append({"id": "sideways", "where": [],
                      "help": f"{content} px in a window of {window}"})
    return found


def judge(path):
    axe = pathlib.Path(path).read_text(encoding="utf-8")
    bad = 0

    def visit(browser, name, address):
        nonlocal bad
        found = judge_one(browser, axe)
        bad += len(found)
        print(f"{'failed' if found else 'passed'}: {name} ({address})",
              flush=True)
        for each in found:
            print(f"  {each['id']}: {each['help']}")
            for where in each["where"]:
                print(f"    {where[:200]}")

    walk(["vi"], visit)
    print(f"check-pages: {bad} findings")
    return 1 if bad else 0


if __name__ == "__main__":
    began = time.monotonic()
    result = {"pictures": take_pictures, "judge": judge}[sys.argv[1]](
        sys.argv[2])
    print(json.dumps({"seconds": round(time.monotonic() - began)}))
    sys.exit(result)
