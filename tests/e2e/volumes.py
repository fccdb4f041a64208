"""The tables of tools/VOLUMES.md, from figures that are easy to reckon with; and that the page
has them as the program prints them."""
import json
import os
import pathlib
import subprocess
import sys

from checks import check, has_failed

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ["BUILD"]) / "e2e" / "volumes"
EASY = {"lines_per_s": 5867, "requests_per_s": 2523, "bytes_per_line": 1000,
        "table_bytes_per_line": 700, "backup_s_per_million": 10,
        "backup_bytes_per_line": 800, "restore_s_per_million": 1,
        "verify_s_per_million": 100}


def printed(*arguments):
    return subprocess.run([ROOT / "tools/volumes", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


FOLDER.mkdir(parents=True, exist_ok=True)
measured = FOLDER / "measured.json"
measured.write_text(json.dumps({"checkpoint_bytes": 400, "sqlite": EASY,
                                "postgres": EASY | {"bytes_per_line": 2000}}),
                    encoding="utf-8")
rows = {cells[0]: cells[1:] for cells in
        ([cell.strip() for cell in line.strip("|").split("|")]
         for line in printed("--measured", measured).splitlines() if line)}

for name, expected in {
        # 4, 456 and 13,200 devices; each 40 visits and 4 other lines a day.
        "devices": ["4", "456", "13,200"],
        "visits a day": ["160", "18,240", "528,000"],
        "lines of the ledger in ten years": ["440,000", "50,160,000", "1,452,000,000"],
        # One in sixty seconds.
        "requests a second: signs of life": ["0.067", "7.6", "220"],
        # 11 % of 528,000 visits in 1,800 s are 32.3.
        "… with the visits of the busiest half hour": ["0.076", "8.71", "252"],
        # 13,200 in 300 s are 44.
        "… when all are switched on": ["0.08", "9.12", "264"],
        "… in mode transaction, long polls beside these": ["0.27", "30.4", "880"],
        # 13,200 times 44 lines in 900 s.
        "lines a second after a day's outage": ["0.2", "22.3", "645"],
        "bytes in ten years, SQLite": ["440 MB", "50.2 GB", "1.45 TB"],
        "bytes in ten years, PostgreSQL": ["880 MB", "100 GB", "2.9 TB"],
        # Ten seconds a million lines: 4.4 s, 8.36 min, 4.03 h.
        "a backup of all, one ward after the other: SQLite": ["4.4 s", "8.36 min", "4.03 h"],
        "… restored": ["0.44 s", "50.2 s", "24.2 min"],
        "all verified, line by line: SQLite": ["44 s", "83.6 min", "40.3 h"],
        "checkpoints": ["2,500", "285,000", "8,250,000"],
        "… their bytes": ["1 MB", "114 MB", "3.3 GB"],
        "SQLite: busiest half hour": ["33,004 ×", "290 ×", "10 ×"],
        "SQLite: lines after an outage": ["30,002 ×", "263 ×", "9.09 ×"]}.items():
    check(name, rows.get(name) == expected, rows.get(name))

page = (ROOT / "tools/VOLUMES.md").read_text(encoding="utf-8")
for part in printed().strip().split("\n\n"):
    check("the page has what was measured last: " + part.split("|")[1].strip(), part in page,
          "put what tools/volumes prints into tools/VOLUMES.md")
sys.exit(has_failed())
