"""What the tests of pages report: a line a check."""
failures = 0


def check(name, ok, why=""):
    global failures
    print(f"{'passed' if ok else 'failed'}: {name}{'' if ok else f': {why}'}",
          flush=True)
    failures += not ok


def has_failed():
    return failures > 0
