"""The lines of a server's log as programs read them.   logs.py FORMAT LOG CITY PASSWORD"""
import json
import re
import sys

from checks import check, has_failed

FORMAT, LOG, CITY, PASSWORD = sys.argv[1:]
PAIR = re.compile(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|[^\s"=\\]+)')


def read_logfmt(line):
    told, at = {}, 0
    while at < len(line):
        pair = PAIR.match(line, at)
        if not pair or pair[1] in told:
            raise ValueError(line[at:])
        told[pair[1]] = json.loads(pair[2]) if pair[2][0] == '"' else pair[2]
        at = pair.end()
        if at < len(line) and line[at] != " ":
            raise ValueError(line[at:])
        at += 1
    return told


def read_json(line):
    told = json.loads(line)
    told["msg"] = told.pop("message")
    return {name: str(value) for name, value in told.items()}


lines, wrong = [], []
text = open(LOG, encoding="utf-8").read()
for each in text.removesuffix("\n").split("\n"):
    try:
        lines.append((read_json if FORMAT == "json" else read_logfmt)(each))
    except ValueError:
        wrong.append(each)
check(f"{FORMAT}: every line can be read", lines and not wrong, wrong[:3])
check(f"{FORMAT}: each has a time, a level and a module",
      all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+07:00", line["time"])
          and line["level"] in ("info", "warn", "error") and line["module"]
          for line in lines), lines[:3])


def of(**wanted):
    return [line for line in lines
            if all(line.get(name) == value for name, value in wanted.items())]


shut = [line for line in of(level="error", ward="H24.14")
        if CITY + "/wards/H24.14" in line["msg"]]
check(f"{FORMAT}: the ward that is shut is told with its folder, newline and all",
      shut, of(ward="H24.14"))
check(f"{FORMAT}: one that opens says that it is its own line",
      [line for line in of(level="info", ward="H24.12") if "is open" in line["msg"]],
      of(ward="H24.12"))
check(f"{FORMAT}: an answer that failed is told with its status",
      of(level="warn", status="503"), lines[-3:])
slow = of(level="warn", ward="H24.12", route="sign_in", status="401")
check(f"{FORMAT}: an answer that took long is told with its route and time",
      slow and int(slow[0]["ms"]) > 1, of(ward="H24.12"))
check(f"{FORMAT}: no password is told", PASSWORD not in text
      and json.dumps(PASSWORD, ensure_ascii=False)[1:-1] not in text, "")
sys.exit(has_failed())
