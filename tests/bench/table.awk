# The table of `make bench`. Reads "subject name value" lines; prints for each
# measure the median and (least-most) of each subject, and under it what the
# goals ask, with "ok" or "missed". Ends with 1 when a measure has no value.
# Variables: chromium=0 when it is not installed, cold=1 when cold was measured.

{ values[$1, $2, ++count[$1, $2]] = $3 }

function sort_values(who, name,    i, j, v) {
    for (i = 2; i <= count[who, name]; i++) {
        v = values[who, name, i]
        for (j = i - 1; j > 0 && values[who, name, j] > v; j--)
            values[who, name, j + 1] = values[who, name, j]
        values[who, name, j + 1] = v
    }
}

function median(who, name,    n) {
    n = count[who, name]
    return (values[who, name, int((n + 1) / 2)] + values[who, name, int(n / 2) + 1]) / 2
}

# Three figures that say something, whatever the size.
function figure(v) {
    if (v >= 1000)
        return sprintf("%.0f", v)
    return sprintf(v >= 100 ? "%.0f" : v >= 10 ? "%.1f" : v >= 1 ? "%.2f" : "%.3f", v)
}

function cell(who, name,    n) {
    n = count[who, name]
    if (n == 0)
        return "-"
    if (n == 1)
        return figure(median(who, name))
    return figure(median(who, name)) " (" figure(values[who, name, 1]) "-" figure(values[who, name, n]) ")"
}

function heading(title, first, second, third) {
    printf "\n%-34s %-24s %-24s %s\n", title, first, second, third
}

function row(label, name, first, second, third,    line) {
    sort_values(first, name); sort_values(second, name); sort_values(third, name)
    if (count[first, name] == 0)
        missing = missing "\n  " label
    line = sprintf("%-34s %-24s %-24s %s", label, cell(first, name),
                   second ? cell(second, name) : "", third ? cell(third, name) : "")
    sub(/ +$/, "", line)
    print line
}

function verdict(text, value, sign, goal) {
    printf "    %s; goal %s %s: %s\n", text, sign, goal,
        (sign == "<=" ? value <= goal + 0 : value >= goal + 0) ? "ok" : "missed"
}

# Of one measure, and of two that have not the same name.
function ratio(who, of, name, sign, goal) { ratio2(who, name, of, name, sign, goal) }
function ratio2(who, name, of, of_name, sign, goal,    value, text) {
    if (count[who, name] == 0 || count[of, of_name] == 0 || median(of, of_name) == 0)
        return
    value = median(who, name) / median(of, of_name)
    text = "x " figure(value) " of " (of == "bare" ? "the bare window" : of == "plain" ? "that" : "Chromium")
    if (goal == "")
        print "    " text
    else
        verdict(text, value, sign, goal)
}

function limit(who, name, sign, goal) {
    if (count[who, name] > 0)
        verdict(figure(median(who, name)), median(who, name), sign, goal)
}

# A measure of the kiosk, the bare window and the browser.
function screen_row(label, name) { row(label, name, "kiosk", "bare", "chromium") }

END {
    heading("Screen, median (least-most)", "kiosk", "bare SDL2 window", chromium ? "Chromium page" : "Chromium: not installed")
    screen_row("exec to usable frame, ms", "first_ms")
    ratio("kiosk", "bare", "first_ms", "<=", "2")
    ratio("kiosk", "chromium", "first_ms", "<=", "0.15")
    if (cold) {
        screen_row("  the same, cold, ms", "cold_ms")
        ratio("kiosk", "bare", "cold_ms", "<=", "2")
        ratio("kiosk", "chromium", "cold_ms")
    }
    screen_row("  processor time until then, ms", "first_cpu_ms")
    ratio("kiosk", "bare", "first_cpu_ms")
    ratio("kiosk", "chromium", "first_cpu_ms", "<=", "0.04")
    screen_row("memory (PSS), MiB", "pss_mib")
    ratio("kiosk", "bare", "pss_mib")
    ratio("kiosk", "chromium", "pss_mib", "<=", "0.06")
    screen_row("idle, % of a core", "idle_cpu_pct")
    limit("kiosk", "idle_cpu_pct", "<=", "0.05")
    ratio("kiosk", "chromium", "idle_cpu_pct")
    screen_row("idle, wake-ups/s", "idle_wakeups")
    limit("kiosk", "idle_wakeups", "<=", "5")
    ratio("kiosk", "chromium", "idle_wakeups")
    screen_row("press to changed pixels, ms", "press_ms")
    ratio("kiosk", "bare", "press_ms")
    ratio("kiosk", "chromium", "press_ms", "<=", "0.5")
    screen_row("  processor time a press, ms", "press_cpu_ms")
    ratio("kiosk", "bare", "press_cpu_ms")
    ratio("kiosk", "chromium", "press_cpu_ms", "<=", "0.1")

    heading("Tap to durable", "kiosk", "append and sync", chromium ? "Chromium page" : "")
    row("face to draft on the disk, ms", "draft_ms", "kiosk", "", "")
    row("last tap to ledger line, ms", "save_ms", "kiosk", "plain", "chromium")
    ratio("kiosk", "plain", "save_ms")
    ratio("kiosk", "chromium", "save_ms")

    heading("Server", "hailong", "the bare work", "")
    row("batches in, durable, lines/s", "ingest_per_s", "server", "plain", "")
    ratio("server", "plain", "ingest_per_s", ">=", "0.3")
    row("verify a ledger, lines/s", "verify_per_s", "server", "plain", "")
    limit("server", "verify_per_s", ">=", "200000")
    ratio("server", "plain", "verify_per_s")

    if (missing) {
        print "\nNot measured:" missing
        exit 1
    }
}
