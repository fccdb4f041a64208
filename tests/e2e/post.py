"""A relay of a few lines, and what the server hands it."""
import base64
import datetime
import email
import email.header
import email.policy
import os
import pathlib
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time

from checks import begin_on_a_day, check, has_failed

STAGE = pathlib.Path(os.environ["STAGE_DIR"])
SERVER = pathlib.Path(os.environ["BUILD"]) / "hailong-server"
PASSWORD = "mat khau bi mat 7319"
REPORTS = STAGE / "server" / "reports"
PATIENCE_S = 120


class Relay:
    """Speaks SMTP with one client at a time, once it is opened; until then
    nobody else has its port. `turn_down`: the answer to DATA's end instead of
    250."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.turn_down = None
        self.delay = 0
        self.messages, self.talks = [], []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(STAGE / "relay/cert.pem",
                                     STAGE / "relay/key.pem")

    def open(self):
        self.listener.listen()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            peer, _ = self.listener.accept()
            try:
                self.serve(peer)
            except (OSError, ssl.SSLError, ValueError):
                pass
            peer.close()

    def serve(self, peer):
        talk = {"tls": False, "auth": None, "from": None, "to": []}
        self.talks.append(talk)
        peer.settimeout(20)
        file = peer.makefile("rwb")

        def say(text):
            file.write(text.encode() + b"\r\n")
            file.flush()

        time.sleep(self.delay)
        say("220 relay ready")
        while line := file.readline().decode().rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            if verb == "EHLO":
                say("250-relay")
                say("250-AUTH PLAIN" if talk["tls"] else "250-STARTTLS")
                say("250 8BITMIME")
            elif verb == "STARTTLS":
                say("220 go on")
                peer = self.context.wrap_socket(peer, server_side=True)
                file = peer.makefile("rwb")
                talk["tls"] = True
            elif verb == "AUTH":
                word = rest.partition(" ")[2]
                if not word:
                    say("334 ")
                    word = file.readline().decode().strip()
                talk["auth"] = base64.b64decode(word).decode().split("\0")
                say("235 welcome")
            elif verb == "MAIL":
                talk["from"] = rest
                say("250 ok")
            elif verb == "RCPT":
                talk["to"].append(rest)
                say("250 ok")
            elif verb == "DATA":
                say("354 go on")
                lines = []
                while (part := file.readline()) != b".\r\n":
                    if not part:
                        raise OSError("cut")
                    lines.append(part[1:] if part.startswith(b".") else part)
                if self.turn_down:
                    say(self.turn_down)
                else:
                    self.messages.append((talk, b"".join(lines)))
                    say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("500 what")


def local_day():
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(hours=7)).date()


def fill():
    """Ratings of three days and of forty days ago, in the totals."""
    epoch = datetime.date(1970, 1, 1)
    database = sqlite3.connect(STAGE / "server/office.db")
    columns = [row[1] for row in
               database.execute("PRAGMA table_info(totals)")]
    with database:
        for back in (1, 2, 3, 40):
            day = local_day() - datetime.timedelta(days=back)
            half = (day.year * 12 + day.month - 1) * 2 + (day.day >= 15)
            for grain, period in ((0, (day - epoch).days), (1, half)):
                row = dict.fromkeys(columns, 0)
                row.update(dimension=0, grain=grain, period=period, key=0,
                           level_5=19, level_1=1)
                database.execute(
                    f"INSERT INTO totals ({', '.join(row)}) VALUES "
                    f"({', '.join('?' * len(row))}) ON CONFLICT DO UPDATE SET"
                    " level_5 = level_5 + 19, level_1 = level_1 + 1",
                    list(row.values()))
    database.close()


def papers():
    database = sqlite3.connect(STAGE / "server/office.db", timeout=10)
    rows = database.execute(
        "SELECT name, mail, tries, said FROM papers ORDER BY kind").fetchall()
    database.close()
    return rows


def trail():
    database = sqlite3.connect(STAGE / "server/office.db", timeout=10)
    rows = database.execute("SELECT action, target FROM audit WHERE action LIKE"
                            " 'paper-%' ORDER BY audit_no").fetchall()
    database.close()
    return rows


def until(question, patience=PATIENCE_S):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.1)
    return False


def start(port, *options):
    log = open(STAGE / "post.log", "ab")
    return subprocess.Popen(
        [SERVER, "--data", STAGE / "server", "--listen", "127.0.0.1:0",
         "--unit-name", "Bình Minh", "--mail-host", "127.0.0.1", "--mail-port",
         str(port), "--mail-from", "hailong@phuong.example", "--mail-to",
         "an@phuong.example, binh@phuong.example", "--mail-retry-s", "1",
         "--mail-ca", STAGE / "relay/cert.pem", "--mail-user", "hailong",
         "--mail-password-file", STAGE / "relay/password", *options],
        stdout=log, stderr=log)


def stop(server):
    began = time.monotonic()
    server.terminate()
    code = server.wait(PATIENCE_S)
    return code, time.monotonic() - began


def decoded(header):
    return str(email.header.make_header(email.header.decode_header(header)))


def check_message(talk, raw):
    check("over TLS, signed in", talk["tls"] and
          talk["auth"] == ["", "hailong", PASSWORD], talk)
    check("the envelope", talk["from"].startswith(
        "FROM:<hailong@phuong.example>") and
        talk["to"] == ["TO:<an@phuong.example>", "TO:<binh@phuong.example>"],
        talk)
    message = email.message_from_bytes(raw)
    check("headers stand in ASCII", all(
        ord(c) < 127 for key, value in message.items() for c in value))
    check("no line is longer than a relay takes",
          max(len(line) for line in raw.split(b"\r\n")) <= 998)
    return message


def check_day(talk, raw):
    message = check_message(talk, raw)
    subject = decoded(message["Subject"])
    check("the digest's subject", "Bình Minh: mức độ hài lòng ngày" in subject,
          subject)
    body = [part for part in message.walk()
            if part.get_content_type() == "text/plain"][0]
    text = body.get_payload(decode=True).decode("utf-8")
    # The one alert: two months of lines, and nobody made a backup.
    alerts = [line for line in text.splitlines() if line.startswith("- ")]
    check("its text, with the figures of the day", "95,0 %" in text and
          alerts == ["- Máy chủ chưa được sao lưu gần đây"], text)
    on_disk = next(REPORTS.glob("hai-long-ngay-*.txt")).read_text()
    check("the same as the file", text.replace("\r\n", "\n").strip() ==
          on_disk.strip())


def check_month(talk, raw):
    message = check_message(talk, raw)
    files = {part.get_filename(): part.get_payload(decode=True)
             for part in message.walk() if part.get_filename()}
    check("the month's three files", sorted(
        name.rsplit(".", 1)[1] for name in files) == ["csv", "pdf", "xlsx"],
        list(files))
    check("byte for byte", all((REPORTS / name).read_bytes() == content
                               for name, content in files.items()))
    check("the month's subject", "báo cáo mức độ hài lòng tháng hành chính"
          in decoded(message["Subject"]), decoded(message["Subject"]))


def main():
    begin_on_a_day(240)
    fill()
    relay = Relay()
    server = start(relay.port)
    check("papers are made while the relay is away",
          until(lambda: len(papers()) == 2 and
                all(row[1] == 1 and row[2] > 0 for row in papers())), papers())
    check("its folder and files are the server's alone",
          REPORTS.stat().st_mode & 0o777 == 0o700 and
          all(f.stat().st_mode & 0o777 == 0o600 for f in REPORTS.iterdir()))
    listed = subprocess.run(["ps", "-ww", "-o", "args=", "-p",
                             str(server.pid)], capture_output=True).stdout
    check("no password in the list of processes",
          PASSWORD.encode() not in listed)
    relay.turn_down = "452 later"
    relay.open()
    check("a relay that is busy is asked again", until(
        lambda: len(relay.talks) >= 2 and
        all(row[1] == 1 for row in papers())), papers())
    relay.turn_down = None
    check("both are sent when it takes them", until(
        lambda: all(row[1] == 2 for row in papers())), papers())
    by_name = {email.message_from_bytes(raw)["Message-ID"]: (talk, raw)
               for talk, raw in relay.messages}
    check("each once", len(relay.messages) == 2 and len(by_name) == 2)
    for name, (talk, raw) in by_name.items():
        (check_day if "ngay" in name else check_month)(talk, raw)
    stop(server)

    # The newest day once more, by a server that has lost what it told.
    database = sqlite3.connect(STAGE / "server/office.db")
    with database:
        database.execute("DELETE FROM papers WHERE kind = 0")
    database.close()
    relay.turn_down = "554 never"
    server = start(relay.port)
    check("what is turned down is given up", until(
        lambda: any(row[1] == 3 and "554" in row[3] for row in papers())),
        papers())
    check("and stands in the audit trail", trail()[-1][0] ==
          "paper-not-mailed", trail())
    stop(server)
    made = len(list(REPORTS.iterdir()))
    server = start(relay.port)
    time.sleep(3)
    check("nothing is made twice", len(papers()) == 2 and
          len(list(REPORTS.iterdir())) == made)
    stop(server)

    # A slow relay holds up neither requests nor the end.
    database = sqlite3.connect(STAGE / "server/office.db")
    with database:
        database.execute("DELETE FROM papers WHERE kind = 0")
    database.close()
    relay.turn_down, relay.delay = None, 600
    talks = len(relay.talks)
    server = start(relay.port)
    until(lambda: len(relay.talks) > talks)
    code, took = stop(server)
    check("a slow relay does not hold up the end", code == 0 and took < 60,
          f"{code}, {took:.1f} s")
    log = (STAGE / "post.log").read_bytes()
    check("no password in the log", PASSWORD.encode() not in log)
    plain = subprocess.run(
        [SERVER, "--data", STAGE / "other", "--unit-name", "x", "--mail-host",
         "mail.example", "--mail-tls", "none", "--mail-from", "a@b.example",
         "--mail-to", "c@d.example"], capture_output=True, timeout=PATIENCE_S)
    check("no mail without TLS beyond this machine", plain.returncode == 2 and
          b"mail_tls" in plain.stderr, plain.stderr)
    return has_failed()


if __name__ == "__main__":
    sys.exit(main())
