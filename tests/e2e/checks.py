"""What the tests of pages report: a line a check."""
import time

DAY_S = 24 * 3600
ZONE_S = 7 * 3600
failures = 0


def begin_on_a_day(seconds):
    """For what is looked for by its day: so long a time without a midnight of
    Vietnam begins, soon."""
    left = DAY_S - (time.time() + ZONE_S) % DAY_S
    if left < seconds:
        time.sleep(left + 1)


def check(name, ok, why=""):
    global failures
    print(f"{'passed' if ok else 'failed'}: {name}{'' if ok else f': {why}'}",
          flush=True)
    failures += not ok


def has_failed():
    return failures > 0
