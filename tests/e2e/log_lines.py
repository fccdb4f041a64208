"""The lines of a log as programs read them.   log_lines.py FORMAT LOG PART…
Every line must be whole, and for each PART there is one whose message holds it."""
import json
import re
import sys

from checks import check, has_failed

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


def read(format, log, who):
    """The lines, each as what it tells by name; checks that all are whole."""
    lines, wrong = [], []
    text = open(log, encoding="utf-8").read()
    for each in text.removesuffix("\n").split("\n"):
        try:
            lines.append((read_json if format == "json" else read_logfmt)(each))
        except (ValueError, KeyError):
            wrong.append(each)
    check(f"{who}: every line can be read", lines and not wrong, wrong[:3])
    check(f"{who}: each has a time, a level and a module",
          all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+07:00", line["time"])
              and line["level"] in ("info", "warn", "error") and line["module"]
              for line in lines), lines[:3])
    return lines, text


if __name__ == "__main__":
    FORMAT, LOG, *PARTS = sys.argv[1:]
    WHO = LOG.rsplit("/", 1)[-1]
    LINES, _ = read(FORMAT, LOG, WHO)
    for part in PARTS:
        check(f"{WHO}: one tells \"{part}\"",
              [line for line in LINES if part in line["msg"]], LINES)
    sys.exit(has_failed())
