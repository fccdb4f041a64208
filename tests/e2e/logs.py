"""The lines of a server's log as programs read them.   logs.py FORMAT LOG CITY PASSWORD"""
import json
import sys

import log_lines
from checks import check, has_failed

FORMAT, LOG, CITY, PASSWORD = sys.argv[1:]
lines, text = log_lines.read(FORMAT, LOG, FORMAT)


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
