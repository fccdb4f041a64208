-- A book on PostgreSQL as large as makes its planner choose as it would among
-- years: some ten thousand rows a table, spread as a ward's are. They are not
-- evidence of anything: nobody could verify this book.

INSERT INTO codes SELECT n, 'c' || n FROM generate_series(1, 500) n;
INSERT INTO devices (device_no, id, name, unit, counter, field, added_at, enrolled_at)
    SELECT n, 'device-' || n, 'm' || n, 'H24.12', n, '', 1, 1
    FROM generate_series(1, 20) n;
INSERT INTO contacts SELECT n, 1, '', 0, 0, 0, 0, 0, '' FROM generate_series(1, 20) n;
INSERT INTO chains (device_no, gen, received_to, head, reported_to)
    SELECT n, 1, 1000, decode(repeat('00', 32), 'hex'), 1000
    FROM generate_series(1, 20) n;
INSERT INTO configurations SELECT n % 20 + 1, n / 20 + 1, 1, '{}' FROM generate_series(0, 199) n;
INSERT INTO people (person_no, name, display, role, officer, hash, added_at)
    SELECT n, 'p' || n, 'p', 'officer', '', '', 1
    FROM generate_series(1, 30) n;
INSERT INTO lines
    SELECT n % 20 + 1, 1, n / 20 + 1, n / 10, 0, decode(md5(n::text) || md5(n::text), 'hex'),
        NULL, convert_to(repeat('{"n":1} ', 50), 'UTF8')
    FROM generate_series(0, 19999) n;
INSERT INTO ids
    SELECT n % 20 + 1, decode(md5(n::text), 'hex'), 1, n / 20 + 1
    FROM generate_series(0, 19999) n;
INSERT INTO visits
    SELECT n % 20 + 1, 1, n / 20 + 1, 1700000000000 + n * 3600000::bigint, (n % 100 = 0)::int,
        1700000000000 + n * 3600000::bigint, 0, n % 5 + 1, n % 3, n % 20 + 1, n % 12 + 30, n % 300 +
        50, n % 3, n % 40 + 400, CASE WHEN n % 2 = 0 THEN 'T' || n END, (n % 50 <> 0)::int, n, (n %
        30 = 0)::int
    FROM generate_series(0, 19999) n;
INSERT INTO batches
    SELECT n, n % 20 + 1, 1, n, n, decode(repeat('00', 32), 'hex'), 'n', 's', n, 'b', n, n
    FROM generate_series(1, 20000) n;
INSERT INTO heads
    SELECT n % 20 + 1, 1, n, decode(repeat('00', 32), 'hex'), 'n', 's', n
    FROM generate_series(1, 20000) n;
INSERT INTO asides
    SELECT n % 20 + 1, 1, n, decode(repeat('00', 32), 'hex'), 'fork', n, ''
    FROM generate_series(1, 200) n;
INSERT INTO boots SELECT n % 20 + 1, 1, n, n FROM generate_series(1, 5000) n;
INSERT INTO totals
    SELECT d, g, p, k, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
    FROM generate_series(0, 1) d, generate_series(0, 2) g, generate_series(1, 400) p,
        generate_series(1, 10) k;
INSERT INTO reason_totals
    SELECT d, g, p, k, r, 1, 1, 1, 1, 1
    FROM generate_series(0, 1) d, generate_series(0, 2) g, generate_series(1, 400) p,
        generate_series(1, 5) k, generate_series(1, 2) r;
INSERT INTO transaction_totals
    SELECT d, g, p, k, 1, 1, 1, 1, 1, 1, 1, '', 1, 1, 1, ''
    FROM generate_series(0, 1) d, generate_series(0, 2) g, generate_series(1, 400) p,
        generate_series(1, 10) k;
INSERT INTO case_totals
    SELECT d, g, p, c, f, 1, 1, 1, 1, 1, 1, 1
    FROM generate_series(3, 5) d, generate_series(0, 1) g, generate_series(1, 200) p,
        generate_series(1, 4) c, generate_series(1, 4) f;
INSERT INTO invitations
    SELECT n, 'i' || n, 'H24.12', n % 20 + 1, CASE WHEN n % 3 = 0 THEN 'T' || n ELSE '' END,
        'p', 'f', CASE WHEN n % 4 = 0 THEN 'nop' ELSE '' END, 'o', n, n, n, '', n, 'u', n, CASE WHEN
        n > 19980 THEN 1 ELSE 2 + n % 5 END, n, ''
    FROM generate_series(1, 20000) n;
INSERT INTO audit
    SELECT n, n, 'user p' || n % 30, (ARRAY['sign-in', 'case-answered', 'settings-changed',
        'comment-read'])[n % 4 + 1], 't' || n, 'd', decode(repeat('00', 32), 'hex')
    FROM generate_series(1, 20000) n;
INSERT INTO transactions
    SELECT n, 'H24.12', CASE WHEN n > 10000 THEN 'T' || n END, n % 3, n % 20 + 1, n % 12 + 30, n
        % 300 + 50, n % 40 + 400, n, n, n * 1000, n, n % 4, '', n, '2026'
    FROM generate_series(1, 20000) n;
INSERT INTO comment_places
    SELECT n, n % 20 + 1, 1, n / 20 + 1, n / 1000, n % 5 + 1, n % 20 + 1, n % 12 + 30, 'c'
    FROM generate_series(1, 20000) n;
INSERT INTO comments
    SELECT n % 20 + 1, decode(md5(n::text), 'hex'), n, ''
    FROM generate_series(0, 19999) n;
INSERT INTO comment_arrivals
    SELECT n % 20 + 1, decode(md5(n::text), 'hex'), n, (n < 10000)::int
    FROM generate_series(0, 19999) n;
INSERT INTO cases (case_no, device_no, gen, seq, ticket, level, counter_no, field_no,
    quarter, opened_day, deadline_days, state, version, owner, answered_by, due_from,
    answered_day, closed_day, reopened)
    SELECT n, n % 20 + 1, 1, n / 20 + 1, n * 7919 % 20011, n % 2 + 1, n % 20 + 1, n % 12 + 30,
        n, n / 10, 5, CASE WHEN n > 19900 THEN n % 2 ELSE 2 + (n % 10 <> 0)::int END, 2, 'p' || n %
        30, 'p', n / 10, n / 10, n / 10, 0
    FROM generate_series(1, 20000) n;
INSERT INTO case_events
    SELECT n, n / 2, n % 2, n, 'taken', 'user p1', '', decode(repeat('00', 32), 'hex')
    FROM generate_series(2, 40000) n;
INSERT INTO visit_flags
    SELECT n, n % 7, n % 20 + 1, 0, n / 10, n / 10, '{}', 1, n
    FROM generate_series(1, 10000) n;
INSERT INTO flag_visits SELECT n, n % 20 + 1, 1, n / 20 + 1 FROM generate_series(1, 20000) n;
INSERT INTO visit_marks
    SELECT n, n % 20 + 1, 1, n / 20 + 1, n, 'u', 'r'
    FROM generate_series(1, 2000) n;
INSERT INTO counter_days
    SELECT n % 20 + 1, n / 20, n % 20 + 1, 1, n, n + 10
    FROM generate_series(0, 19999) n;
INSERT INTO officer_days
    SELECT n / 20, n % 20 + 1, n % 40, 1, 1, 1
    FROM generate_series(0, 19999) n;
INSERT INTO rounds SELECT n, n FROM generate_series(1, 5000) n;
INSERT INTO round_spans SELECT n / 4, n % 20 + 1, 1, n, n + 5 FROM generate_series(1, 20000) n;
INSERT INTO recounts SELECT n / 4, n % 20 + 1, 1, n FROM generate_series(1, 2000) n;
INSERT INTO forms SELECT n % 20 + 1, 1, n / 20 + 1, n, 1, 1 FROM generate_series(0, 9999) n;
INSERT INTO form_totals
    SELECT n / 20, 1, 1, n % 20 + 1, 'q', 1, 1, 1, 1, 1, 1
    FROM generate_series(0, 9999) n;
INSERT INTO published_steps
    SELECT n, n, n % 3, n / 100, 'k' || n % 10, n, 5, 5, 5, 5, 5, 5
    FROM generate_series(1, 10000) n;
INSERT INTO published_parts SELECT n, 'k', 5, 5, 5, 5, 5, 5 FROM generate_series(1, 10000) n;
INSERT INTO published_flows SELECT n, n, n / 100, 1, 1, 1, 1, 1 FROM generate_series(1, 5000) n;
INSERT INTO alerts SELECT n, 1, 's' || n, '', '', n, n FROM generate_series(1, 5000) n;
INSERT INTO issues (issue_no, kind, by_what, period_kind, period, number, restates, at, who,
    hash, body)
    SELECT n, 'k' || n % 5, '', 'm', 'p' || n / 10, 1, NULL, n, 'u', decode(repeat('00', 32),
        'hex'), 'b'
    FROM generate_series(1, 3000) n;
INSERT INTO papers SELECT n % 3, n, 'x' || n, n, 0, 0, n FROM generate_series(1, 3000) n;
INSERT INTO sessions
    SELECT decode(md5(n::text) || md5(n::text), 'hex'), n % 30, n, n
    FROM generate_series(1, 100) n;
INSERT INTO checkpoint_heads
    SELECT n / 20, 'device-' || n % 20, 1, n, decode(repeat('00', 32), 'hex')
    FROM generate_series(1, 10000) n;
INSERT INTO checkpoints
    SELECT n, n, 'u', 1, decode(repeat('00', 32), 'hex'), 's'
    FROM generate_series(1, 500) n;
INSERT INTO checkpoint_trails
    SELECT n / 2, n % 2, 1, decode(repeat('00', 32), 'hex')
    FROM generate_series(1, 1000) n;
INSERT INTO documents
    SELECT 'd' || n % 10, n / 10 + 1, n, 'u', 'b'
    FROM generate_series(0, 199) n;
ANALYZE alerts, asides, audit, batches, boots, case_events, case_totals, cases, chains,
    checkpoint_heads, checkpoint_trails, checkpoints, codes, comment_arrivals, comment_places,
    comments, configurations, contacts, counter_days, devices, documents, flag_visits,
    form_totals, forms, heads, ids, invitations, issues, lines, officer_days, papers, people,
    published_flows, published_parts, published_steps, reason_totals, recounts, round_spans,
    rounds, sessions, totals, transaction_totals, transactions, visit_flags, visit_marks, visits;
