#!/usr/bin/env python3
"""The table of `make bench`: ratios.py JSON < "subject name value" lines

Each row is ours beside another's, both taken in turns: the k-th of one and the
k-th of the other are a pair. Printed are the medians, and of the pairs' ratios
the median with the least and the most; where the counts differ there are no
pairs, and the ratio is that of the medians. `again` is ours a second time: what
its ratio strays from 1 is the machine's noise. Ends with 1 when a row that must
be there has no value.
"""
import json
import platform
import sys
from statistics import median

# What is measured, its name, and beside whom with which goal of the ratio.
KIOSK = [
    ('exec to usable frame, ms', 'first_ms', {'bare': ('<=', 2), 'chromium': ('<=', 0.15)}),
    ('the same, cold, ms', 'cold_ms', {'bare': ('<=', 2), 'chromium': None}),
    ('processor time until then, ms', 'first_cpu_ms', {'bare': None, 'chromium': ('<=', 0.04)}),
    ('memory (PSS), MiB', 'pss_mib', {'bare': None, 'chromium': ('<=', 0.06)}),
    ('idle, % of a core', 'idle_cpu_pct', {'chromium': None}),
    ('idle, wake-ups/s', 'idle_wakeups', {'chromium': None}),
    ('press to changed pixels, ms', 'press_ms', {'bare': None, 'chromium': ('<=', 0.5)}),
    ('processor time a press, ms', 'press_cpu_ms', {'bare': None, 'chromium': ('<=', 0.1)}),
]
INGEST = [
    ('lines/s', 'ingest_per_s', {'fastify': ('>=', 1.5), 'floor': ('>=', 0.3)}),
    ('processor time a line, us', 'cpu_us_a_line', {'fastify': None, 'floor': None}),
    ('a batch, median, ms', 'batch_p50_ms', {'fastify': None, 'floor': None}),
    ('a batch, 99th, ms', 'batch_p99_ms', {'fastify': None, 'floor': None}),
    ('memory at most, MiB', 'peak_mib', {'fastify': None, 'floor': None}),
]
RETOTAL = [
    ('lines/s', 'ingest_per_s', None),
    ('a batch, median, ms', 'batch_p50_ms', None),
    ('a batch, 99th, ms', 'batch_p99_ms', ('<=', 10)),
    ('the year by procedure, ms', 'page_ms', ('<=', 10)),
]
LIMITS = {('kiosk', 'idle_cpu_pct'): ('<=', 0.05), ('kiosk', 'idle_wakeups'): ('<=', 5),
          ('server', 'verify_per_s'): ('>=', 200000)}
NAMES = {'bare': 'bare SDL2 window', 'chromium': 'Chromium page', 'fastify': 'Fastify + better-sqlite3',
         'floor': 'libmicrohttpd + SQLite, no checks', 'plain': 'the bare work', 'ready': 'batches that are ready',
         'again': 'ours again (noise)', 'resent': 'ours again (noise)',
         'raw': 'SQL over raw rows', 'calm': 'without it'}


def rows_of(values):
    """(group, label, subject, name, other, other name, goal, must be there)"""
    for label, name, others in KIOSK:
        for other, goal in others.items():
            yield 'kiosk', label, 'kiosk', name, other, name, goal, name != 'cold_ms' and other != 'chromium'
    yield 'kiosk', 'exec to usable frame, ms', 'kiosk', 'first_ms', 'again', 'first_ms', None, True
    yield 'store', 'last tap to ledger line, ms', 'kiosk', 'save_ms', 'plain', 'save_ms', None, True
    yield 'store', 'last tap to ledger line, ms', 'kiosk', 'save_ms', 'chromium', 'save_ms', None, False
    yield 'store', 'verify a ledger, lines/s', 'server', 'verify_per_s', 'plain', 'verify_per_s', None, True
    yield 'sync', 'a backlog, lines/s', 'courier', 'sync_per_s', 'ready', 'sync_per_s', None, True
    yield 'sync', 'a backlog, lines/s', 'courier', 'sync_per_s', 'resent', 'sync_per_s', None, True
    for connections in (1, 8, 64):
        for label, name, others in INGEST:
            name = '%s_%d' % (name, connections)
            for other, goal in others.items():
                yield ('server', '%d connections: %s' % (connections, label), 'server', name, other, name, goal,
                       other != 'fastify')
        name = 'ingest_per_s_%d' % connections
        yield 'server', '%d connections: lines/s' % connections, 'server', name, 'again', name, None, True
    for label, name, goal in RETOTAL:
        yield 'totals counted again', 'beside it: ' + label, 'retotal', name, 'calm', name, goal, True
    for name in sorted(n for s, n in values if s == 'page'):
        yield 'reports', name + ', ms', 'page', name, 'raw', name, ('<=', 1), False


def read(lines):
    values = {}
    for line in lines:
        subject, name, value = line.split()
        values.setdefault((subject, name), []).append(float(value))
    return values


def figure(value):
    if value >= 1000:
        return '%.0f' % value
    return '%.*f' % (0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3, value)


def holds(value, goal):
    return value <= goal[1] if goal[0] == '<=' else value >= goal[1]


def compare(ours, theirs):
    pairs = [a / b for a, b in zip(ours, theirs) if b > 0]
    if len(ours) != len(theirs) or not pairs:
        whole = median(ours) / median(theirs) if median(theirs) > 0 else None
        return whole, whole, whole
    return median(pairs), min(pairs), max(pairs)


def main():
    values = read(sys.stdin)
    table, missing, group_before = [], [], None
    print('%-46s %10s  %-34s %10s   %s' % ('Median', 'ours', 'beside', '', 'ratio (least-most)'))
    for group, label, subject, name, other, other_name, goal, needed in rows_of(values):
        ours, theirs = values.get((subject, name)), values.get((other, other_name))
        if not ours or not theirs:
            if needed:
                missing.append('%s beside %s' % (label, NAMES[other]))
            continue
        ratio, least, most = compare(ours, theirs)
        row = {'group': group, 'measure': label, 'ours': median(ours), 'beside': NAMES[other],
               'theirs': median(theirs), 'ratio': ratio, 'least': least, 'most': most, 'pairs': len(ours)}
        if goal:
            row.update(goal='%s %g' % goal, met=ratio is not None and holds(ratio, goal))
        table.append(row)
        if group != group_before:
            print(group)
            group_before = group
        text = 'x %s (%s-%s)' % (figure(ratio), figure(least), figure(most)) if ratio is not None else '-'
        verdict = '; goal %s: %s' % (row['goal'], 'ok' if row['met'] else 'missed') if goal else ''
        print('  %-44s %10s  %-34s %10s   %s%s' % (label, figure(row['ours']), NAMES[other],
                                                  figure(row['theirs']), text, verdict))
    print('limits')
    limits = []
    for (subject, name), goal in LIMITS.items():
        if (subject, name) in values:
            value = median(values[subject, name])
            limits.append({'measure': name, 'value': value, 'goal': '%s %g' % goal, 'met': holds(value, goal)})
            print('  %-44s %10s   goal %s %g: %s' % (name, figure(value), *goal,
                                                    'ok' if holds(value, goal) else 'missed'))
        else:
            missing.append(name)
    noise = [abs(r['ratio'] - 1) for r in table if r['beside'] == NAMES['again']]
    if noise:
        print('noise: ours beside itself strays up to %.0f %%' % (100 * max(noise)))
    with open(sys.argv[1], 'w', encoding='utf-8') as file:
        json.dump({'machine': platform.machine(), 'system': platform.release(), 'rows': table, 'limits': limits,
                   'noise': max(noise) if noise else None, 'missing': missing}, file, indent=1)
        file.write('\n')
    if missing:
        print('\nNot measured:\n  ' + '\n  '.join(missing))
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
