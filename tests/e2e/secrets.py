"""Uses every door of tests/e2e/secrets.sh once, then looks for what must not be told."""

import base64
import glob
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

STAGE = os.environ["STAGE_DIR"]
SERVER = os.environ["SERVER"]
HAILONG = os.path.join(os.environ["BUILD"], "hailong")
PASSWORD = "mật khẩu dài để thử 2718"
PHONE_COMMENT = "ghế ở khu chờ bị gãy 31415"
DOSSIER = "H24.12-261123-9071"

bad = False


def judge(name, findings):
    global bad
    if findings:
        bad = True
        print(f"failed: {name}: " + "; ".join(sorted(findings)[:5]))
    else:
        print(f"passed: {name}")


def hailong(*args, typed=None):
    done = subprocess.run(
        [HAILONG, *args], input=typed, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"failed: hailong {args[0]}: {done.stderr}")
    return done.stdout


def ask(path, body=None, headers=None, form=False):
    data = None
    headers = dict(headers or {})
    headers.setdefault("Origin", SERVER)
    if body is not None:
        data = body.encode() if form else json.dumps(body).encode()
        headers["Content-Type"] = (
            "application/x-www-form-urlencoded" if form else "application/json"
        )
    request = urllib.request.Request(SERVER + path, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def answer_by_phone(token, page):
    """The level, then the comment. Gives the statuses."""
    statuses = []
    for more in ({"level": "2"}, {"chosen": "2", "comment": PHONE_COMMENT, "send": "1"}):
        fields = re.search(r'name="page" value="([^"]*)"', page)
        form = urllib.parse.urlencode({"page": fields.group(1) if fields else "", **more})
        status, _, page = ask("/d/" + token, form, form=True)
        statuses.append(status)
    return statuses


def use_everything():
    """Signs in, rightly and wrongly; invites; answers by telephone. Gives the secrets."""
    server_dir, kiosk_dir = STAGE + "/server", STAGE + "/kiosk"
    hailong("user", "add", "--data", server_dir, "--name", "an", "--role", "office",
            "--display", "Nguyễn Thị An", typed=PASSWORD + "\n")
    key = json.loads(hailong("key", "add", "--data", server_dir, "--role", "feed",
                             "--name", "mot-cua", "--json"))["key"]
    pin = re.search(r"\b(\d{6})\b", open(STAGE + "/enrol.out", encoding="utf-8").read())
    status, headers, _ = ask("/api/v1/sessions", {"name": "an", "password": PASSWORD})
    if status not in (200, 201):
        sys.exit(f"failed: no session: {status}")
    cookie = headers["Set-Cookie"].split(";")[0].split("=", 1)[1]
    ask("/api/v1/sessions", {"name": "an", "password": PASSWORD + "x"})
    ask("/api/v1/audit", headers={"Authorization": "Bearer " + key + "x"})
    status, _, body = ask(
        "/api/v1/invitations", {"counter": "3", "transaction": DOSSIER},
        {"Authorization": "Bearer " + key},
    )
    if status != 201:
        sys.exit(f"failed: no invitation: {status} {body}")
    token = json.loads(body)["token"]
    _, _, page = ask("/d/" + token)
    answers = answer_by_phone(token, page)
    if answers != [200, 200]:
        sys.exit(f"failed: the telephone got {answers}")
    hailong("report", "--data", server_dir, "--period", "duong-lich:" + time.strftime("%Y-%m"))
    subprocess.run([HAILONG, "doctor", "--data", kiosk_dir], capture_output=True, check=False)
    device = json.load(open(kiosk_dir + "/device.json", encoding="utf-8"))
    secrets = {
        "password": PASSWORD,
        "session": cookie,
        "feed key": key,
        "invitation's token": token,
        "enrolment code": os.environ["STAGE_CODE"],
        "device token": device["token"],
        "relay's password": "mat khau bi mat 4410",
        "dossier's code": DOSSIER,
        "comment": PHONE_COMMENT,
    }
    if pin:
        secrets["staff's PIN"] = pin.group(1)
    for path in glob.glob(STAGE + "/*/*.key") + glob.glob(STAGE + "/*/*/*.key"):
        secrets[os.path.relpath(path, STAGE)] = open(path, encoding="utf-8").read().strip()
    secrets["administration's token"] = json.load(
        open(server_dir + "/admin.json", encoding="utf-8"))["token"]
    return secrets


def shapes(secret):
    """As it is, and as something may have written it."""
    raw = secret.encode()
    out = {raw, raw.hex().encode(), base64.b64encode(raw), raw.replace(b" ", b"+")}
    try:
        binary = base64.b64decode(secret, validate=True)
        if len(binary) >= 16:
            out |= {binary, binary.hex().encode()}
    except ValueError:
        pass
    return out


def holds(text, shape):
    """A PIN's six digits stand in keys, hashes and longer numbers by chance, and
    so may a number of milliseconds and a date that begins behind a code: they
    are looked for as a word of its own."""
    if not shape.isdigit():
        return shape in text
    word = rb"(?<![0-9A-Za-z.])" + shape + rb"(?![0-9A-Za-z-])"
    return any(not re.search(rb'ms"?[:=]$', text[max(0, found.start() - 8):found.start()])
               for found in re.finditer(word, text))


def values(path):
    """All texts and bytes of a database, a line each: in its file one begins
    where another ends."""
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=90)
    base.text_factory = bytes
    out = []
    for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in base.execute(f'SELECT * FROM "{table.decode()}"'):
            out += [value for value in row if isinstance(value, bytes)]
    base.close()
    return b"\n".join(out)


def told(secrets, texts):
    return {
        f"{name} in {where}"
        for name, secret in secrets.items()
        for where, text in texts.items()
        for shape in shapes(secret)
        if holds(text, shape)
    }


def read(path):
    with open(path, "rb") as file:
        return file.read()


def processes():
    out = {}
    for pid in os.environ["STAGE_PIDS"].split():
        for name in ("cmdline", "environ"):
            out[f"/proc/{pid}/{name}"] = read(f"/proc/{pid}/{name}")
    return out


def open_files():
    """What others than its owner may read, where the programs keep their data."""
    found = set()
    for root in ("server", "kiosk"):
        for folder, _, files in os.walk(os.path.join(STAGE, root)):
            for name in [".", *files]:
                path = os.path.normpath(os.path.join(folder, name))
                mode = stat.S_IMODE(os.stat(path).st_mode)
                if mode & 0o077:
                    found.add(f"{os.path.relpath(path, STAGE)} is {mode:o}")
    return found


found = use_everything()
time.sleep(2)  # the courier and the mail have their say
logs = {os.path.basename(path): read(path) for path in glob.glob(STAGE + "/*.log")}
if len(found) < 10 or not all(len(secret) >= 6 for secret in found.values()):
    sys.exit(f"failed: the secrets are not known: {sorted(found)}")
if not any(b" debug " in text for text in logs.values()):
    print("passed: no program has a line for debugging to tell")
judge("no secret is in a log", told(found, logs))
judge("no secret is in a list of processes", told(found, processes()))
judge("others can read no file of the programs", open_files())
# A database holds what it must, and never a password, a key or a comment as it was.
kept = {}
for path in glob.glob(STAGE + "/server/office.db*") + glob.glob(STAGE + "/*/kiosk.db*"):
    kept[os.path.relpath(path, STAGE)] = read(path)
    if path.endswith(".db"):
        kept[os.path.relpath(path, STAGE) + ", by values"] = values(path)
hidden = {
    name: secret
    for name, secret in found.items()
    if name in ("password", "session", "feed key", "enrolment code", "relay's password",
                "comment", "dossier's code", "device token", "staff's PIN")
}
judge("no database holds a secret as it is", told(hidden, kept))
backup = STAGE + "/backup"
hailong("backup", "--data", STAGE + "/server", "--out", backup)
judge("a backup is its owner's alone",
      {f"{stat.S_IMODE(os.stat(backup).st_mode):o}"} if os.stat(backup).st_mode & 0o077 else set())
sys.exit(1 if bad else 0)
