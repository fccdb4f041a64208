-- The server's database on PostgreSQL, version 1: what all versions for SQLite
-- make together (office_1.sql and its followers say what each table is for).
--
-- No foreign keys, no triggers: tables may come to stand on several machines.
-- What SQLite keeps by triggers is kept by privileges, at the end. No sequences:
-- the program gives all numbers. The schema is the connection's
-- (postgres/database.h).

-- Functions of SQLite that statements use, so that one text serves both.
CREATE FUNCTION max(a BIGINT, b BIGINT) RETURNS BIGINT
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN a >= b THEN a WHEN a < b THEN b END;
CREATE FUNCTION min(a BIGINT, b BIGINT) RETURNS BIGINT
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN a <= b THEN a WHEN a > b THEN b END;
CREATE FUNCTION hex(bytes BYTEA) RETURNS TEXT
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN upper(encode(bytes, 'hex'));
CREATE FUNCTION text_of(bytes BYTEA) RETURNS TEXT
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN convert_from(bytes, 'UTF8');
CREATE FUNCTION joined(so_far TEXT, next TEXT, between_them TEXT) RETURNS TEXT
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN so_far IS NULL THEN next WHEN next IS NULL THEN so_far
        ELSE so_far || between_them || next END;
CREATE AGGREGATE group_concat(TEXT, TEXT) (SFUNC = joined, STYPE = TEXT);
-- Of paths, "$.name" and "$" alone.
CREATE FUNCTION json_extract(document TEXT, path TEXT) RETURNS TEXT
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CAST(document AS JSON) ->> substr(path, 3);
CREATE FUNCTION json_each(document TEXT, path TEXT DEFAULT '$')
    RETURNS TABLE (key BIGINT, value JSON, type TEXT, atom TEXT)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT e.place - 1, e.value,
        CASE json_typeof(e.value) WHEN 'string' THEN 'text'
            ELSE json_typeof(e.value) END,
        e.value #>> '{}'
    FROM (SELECT CASE path WHEN '$' THEN CAST(document AS JSON)
            ELSE CAST(document AS JSON) -> substr(path, 3) END AS list) d,
        json_array_elements(CASE json_typeof(d.list) WHEN 'array' THEN d.list
            ELSE '[]' END) WITH ORDINALITY e (value, place);
END;

CREATE TABLE devices (
    device_no    BIGINT PRIMARY KEY,
    id           TEXT COLLATE "C" NOT NULL UNIQUE,
    name         TEXT COLLATE "C" NOT NULL,
    unit         TEXT COLLATE "C" NOT NULL,
    counter      TEXT COLLATE "C" NOT NULL,
    field        TEXT COLLATE "C" NOT NULL,
    added_at     BIGINT NOT NULL,
    enrolled_at  BIGINT NOT NULL DEFAULT 0,
    revoked_at   BIGINT NOT NULL DEFAULT 0,
    public_key   BYTEA CHECK (length(public_key) = 32),
    token_hash   BYTEA UNIQUE CHECK (length(token_hash) = 32),
    kind         BIGINT NOT NULL DEFAULT 0 CHECK (kind IN (0, 1)),
    desk         BIGINT NOT NULL DEFAULT 0 CHECK (desk IN (0, 1)),
    point        TEXT COLLATE "C" NOT NULL DEFAULT '',
    replaces     BIGINT
);
CREATE INDEX devices_replaced ON devices (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX devices_at ON devices (counter);

CREATE TABLE enrolment_codes (
    hash        BYTEA PRIMARY KEY CHECK (length(hash) = 32),
    device_no   BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    used_at     BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE contacts (
    device_no         BIGINT PRIMARY KEY,
    seen_at           BIGINT NOT NULL,
    version           TEXT COLLATE "C" NOT NULL,
    pending           BIGINT NOT NULL,
    lifetime_lines    BIGINT NOT NULL,
    lifetime_ratings  BIGINT NOT NULL,
    disk_free         BIGINT NOT NULL,
    clock_offset_ms   BIGINT,
    state             TEXT COLLATE "C" NOT NULL
);

CREATE TABLE configurations (
    device_no  BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    made_at    BIGINT NOT NULL,
    body       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (device_no, version)
);

CREATE TABLE api_keys (
    key_no      BIGINT PRIMARY KEY,
    role        TEXT COLLATE "C" NOT NULL
                CHECK (role IN ('office', 'leader', 'feed')),
    name        TEXT COLLATE "C" NOT NULL,
    hash        BYTEA NOT NULL UNIQUE CHECK (length(hash) = 32),
    added_at    BIGINT NOT NULL,
    revoked_at  BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE chains (
    device_no         BIGINT NOT NULL,
    gen               BIGINT NOT NULL,
    received_to       BIGINT NOT NULL,
    head              BYTEA NOT NULL CHECK (length(head) = 32),
    reported_to       BIGINT NOT NULL,
    contact_boot      TEXT COLLATE "C" NOT NULL DEFAULT '',
    contact_began_at  BIGINT NOT NULL DEFAULT 0,
    line_boot         TEXT COLLATE "C" NOT NULL DEFAULT '',
    line_began_at     BIGINT NOT NULL DEFAULT 0,
    line_quality      BIGINT NOT NULL DEFAULT 0,
    line_up_ms        BIGINT NOT NULL DEFAULT 0,
    line_made_at      BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (device_no, gen)
);

CREATE TABLE lines (
    device_no  BIGINT NOT NULL,
    gen        BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    batch_no   BIGINT NOT NULL,
    verdict    BIGINT NOT NULL,
    hash       BYTEA NOT NULL,
    reason     TEXT COLLATE "C",
    bytes      BYTEA NOT NULL,
    PRIMARY KEY (device_no, gen, seq)
);

CREATE TABLE ids (
    device_no  BIGINT NOT NULL,
    id         BYTEA NOT NULL,
    gen        BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    PRIMARY KEY (device_no, id)
);

CREATE TABLE comments (
    device_no    BIGINT NOT NULL,
    id           BYTEA NOT NULL,
    received_at  BIGINT NOT NULL,
    sealed       BYTEA NOT NULL,
    PRIMARY KEY (device_no, id)
);

CREATE TABLE comment_arrivals (
    device_no     BIGINT NOT NULL,
    id            BYTEA NOT NULL,
    received_at   BIGINT NOT NULL,
    forgotten_at  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (device_no, id)
);
CREATE INDEX comment_arrivals_here ON comment_arrivals (received_at)
    WHERE forgotten_at = 0;

CREATE TABLE batches (
    batch_no        BIGINT PRIMARY KEY,
    device_no       BIGINT NOT NULL,
    gen             BIGINT NOT NULL,
    stored_to       BIGINT NOT NULL,
    signed_to       BIGINT NOT NULL,
    signed_head     BYTEA NOT NULL,
    nonce           TEXT COLLATE "C" NOT NULL,
    signature       TEXT COLLATE "C" NOT NULL,
    device_sent_at  BIGINT NOT NULL,
    boot            TEXT COLLATE "C" NOT NULL,
    up_ms           BIGINT NOT NULL,
    received_at     BIGINT NOT NULL
);

CREATE TABLE heads (
    device_no    BIGINT NOT NULL,
    gen          BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    head         BYTEA NOT NULL,
    nonce        TEXT COLLATE "C" NOT NULL,
    signature    TEXT COLLATE "C" NOT NULL,
    received_at  BIGINT NOT NULL,
    PRIMARY KEY (device_no, gen, seq)
);

CREATE TABLE asides (
    device_no    BIGINT NOT NULL,
    gen          BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    hash         BYTEA NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL CHECK (kind IN ('fork', 'revoked')),
    received_at  BIGINT NOT NULL,
    bytes        BYTEA NOT NULL,
    PRIMARY KEY (device_no, gen, seq, hash)
);

CREATE TABLE codes (
    code_no  BIGINT PRIMARY KEY,
    code     TEXT COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE visits (
    device_no         BIGINT NOT NULL,
    gen               BIGINT NOT NULL,
    seq               BIGINT NOT NULL,
    at                BIGINT NOT NULL,
    quality           BIGINT NOT NULL,
    device_at         BIGINT NOT NULL,
    outcome           BIGINT NOT NULL,
    level             BIGINT CHECK (level BETWEEN 1 AND 5),
    mode              BIGINT NOT NULL,
    counter_no        BIGINT NOT NULL,
    field_no          BIGINT NOT NULL,
    procedure_no      BIGINT NOT NULL,
    step_no           BIGINT NOT NULL,
    officer_no        BIGINT NOT NULL,
    transaction_code  TEXT COLLATE "C",
    counted           BIGINT NOT NULL CHECK (counted IN (0, 1)),
    claim_at          BIGINT NOT NULL DEFAULT 0,
    doubts            BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (device_no, gen, seq)
);
CREATE UNIQUE INDEX visits_by_transaction ON visits (transaction_code, step_no)
    WHERE counted = 1 AND transaction_code IS NOT NULL;
CREATE INDEX visits_uncounted ON visits (at, counter_no, field_no,
    procedure_no, officer_no, step_no, mode, counted) WHERE counted = 0;
CREATE INDEX visits_unanchored ON visits (at, counter_no, field_no,
    procedure_no, officer_no, step_no, mode, counted, quality)
    WHERE counted = 1 AND quality > 0;

CREATE TABLE totals (
    dimension      BIGINT NOT NULL,
    grain          BIGINT NOT NULL,
    period         BIGINT NOT NULL,
    key            BIGINT NOT NULL,
    level_1        BIGINT NOT NULL,
    level_2        BIGINT NOT NULL,
    level_3        BIGINT NOT NULL,
    level_4        BIGINT NOT NULL,
    level_5        BIGINT NOT NULL,
    declined       BIGINT NOT NULL,
    timeout        BIGINT NOT NULL,
    withdrawn      BIGINT NOT NULL,
    offered        BIGINT NOT NULL,
    offered_rated  BIGINT NOT NULL,
    flagged_1      BIGINT NOT NULL DEFAULT 0,
    flagged_2      BIGINT NOT NULL DEFAULT 0,
    flagged_3      BIGINT NOT NULL DEFAULT 0,
    flagged_4      BIGINT NOT NULL DEFAULT 0,
    flagged_5      BIGINT NOT NULL DEFAULT 0,
    marked_1       BIGINT NOT NULL DEFAULT 0,
    marked_2       BIGINT NOT NULL DEFAULT 0,
    marked_3       BIGINT NOT NULL DEFAULT 0,
    marked_4       BIGINT NOT NULL DEFAULT 0,
    marked_5       BIGINT NOT NULL DEFAULT 0,
    aside_1        BIGINT NOT NULL DEFAULT 0,
    aside_2        BIGINT NOT NULL DEFAULT 0,
    aside_3        BIGINT NOT NULL DEFAULT 0,
    aside_4        BIGINT NOT NULL DEFAULT 0,
    aside_5        BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (dimension, grain, period, key)
);

CREATE TABLE invitations (
    invitation_no  BIGINT PRIMARY KEY,
    id             TEXT COLLATE "C" NOT NULL UNIQUE,
    unit           TEXT COLLATE "C" NOT NULL,
    counter        TEXT COLLATE "C" NOT NULL,
    code           TEXT COLLATE "C" NOT NULL,
    procedure      TEXT COLLATE "C" NOT NULL,
    field          TEXT COLLATE "C" NOT NULL,
    step           TEXT COLLATE "C" NOT NULL,
    officer        TEXT COLLATE "C" NOT NULL,
    queued_at      BIGINT NOT NULL,
    called_at      BIGINT NOT NULL,
    done_at        BIGINT NOT NULL,
    result         TEXT COLLATE "C" NOT NULL,
    made_at        BIGINT NOT NULL,
    made_by        TEXT COLLATE "C" NOT NULL,
    expires_at     BIGINT NOT NULL,
    state          BIGINT NOT NULL DEFAULT 0,
    state_at       BIGINT NOT NULL,
    reason         TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX invitations_open ON invitations (counter, invitation_no)
    WHERE state < 2;
CREATE INDEX invitations_by_code ON invitations (code, step)
    WHERE code <> '';
CREATE UNIQUE INDEX invitations_once ON invitations (code, step)
    WHERE code <> '' AND state < 2;
CREATE INDEX invitations_made ON invitations (counter, made_at);
CREATE INDEX invitations_withdrawn ON invitations (state_at) WHERE state = 5;

CREATE TABLE audit (
    audit_no  BIGINT PRIMARY KEY,
    at        BIGINT NOT NULL,
    who       TEXT COLLATE "C" NOT NULL,
    action    TEXT COLLATE "C" NOT NULL,
    target    TEXT COLLATE "C" NOT NULL,
    detail    TEXT COLLATE "C" NOT NULL,
    hash      BYTEA CHECK (length(hash) = 32),
    CONSTRAINT audit_is_chained CHECK (hash IS NOT NULL)
);
CREATE INDEX audit_by_action ON audit (action, audit_no);
CREATE INDEX audit_by_who ON audit (who, audit_no);

CREATE TABLE checkpoints (
    checkpoint_no  BIGINT PRIMARY KEY,
    at             BIGINT NOT NULL,
    unit           TEXT COLLATE "C" NOT NULL,
    size           BIGINT NOT NULL,
    root           BYTEA NOT NULL CHECK (length(root) = 32),
    signature      TEXT COLLATE "C" NOT NULL
);

CREATE TABLE checkpoint_heads (
    checkpoint_no  BIGINT NOT NULL,
    device         TEXT COLLATE "C" NOT NULL,
    gen            BIGINT NOT NULL,
    seq            BIGINT NOT NULL,
    head           BYTEA NOT NULL CHECK (length(head) = 32),
    PRIMARY KEY (checkpoint_no, device, gen)
);

CREATE TABLE holes (
    device_no     BIGINT NOT NULL,
    gen           BIGINT NOT NULL,
    first         BIGINT NOT NULL,
    last          BIGINT NOT NULL CHECK (last >= first),
    declared_gen  BIGINT NOT NULL,
    PRIMARY KEY (device_no, gen, first, last)
);

CREATE TABLE lost_lines (
    device_no  BIGINT NOT NULL,
    gen        BIGINT NOT NULL,
    first      BIGINT NOT NULL,
    last       BIGINT NOT NULL CHECK (last >= first),
    at         BIGINT NOT NULL,
    PRIMARY KEY (device_no, gen, first)
);

CREATE TABLE flags (
    device_no  BIGINT NOT NULL,
    gen        BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL
               CHECK (kind IN ('fork', 'conflict', 'hole')),
    detail     TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (device_no, gen, seq, kind)
);

CREATE TABLE seats (
    seat_no  BIGINT PRIMARY KEY,
    unit     TEXT COLLATE "C" NOT NULL,
    counter  TEXT COLLATE "C" NOT NULL,
    officer  TEXT COLLATE "C" NOT NULL,
    from_at  BIGINT NOT NULL,
    to_at    BIGINT NOT NULL DEFAULT 0,
    by       TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX seats_taken ON seats (unit, counter) WHERE to_at = 0;
CREATE UNIQUE INDEX seats_taken_by ON seats (unit, officer) WHERE to_at = 0;

CREATE TABLE transactions (
    transaction_no  BIGINT PRIMARY KEY,
    unit            TEXT COLLATE "C" NOT NULL,
    code            TEXT COLLATE "C",
    step_no         BIGINT NOT NULL,
    counter_no      BIGINT NOT NULL,
    field_no        BIGINT NOT NULL,
    procedure_no    BIGINT NOT NULL,
    officer_no      BIGINT NOT NULL,
    queued_at       BIGINT NOT NULL,
    called_at       BIGINT NOT NULL,
    done_at         BIGINT NOT NULL,
    due_at          BIGINT NOT NULL,
    timeliness      BIGINT NOT NULL CHECK (timeliness BETWEEN 0 AND 3),
    result          TEXT COLLATE "C" NOT NULL,
    received_at     BIGINT NOT NULL,
    key_period      TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX transactions_once ON transactions (unit, code, step_no)
    WHERE code IS NOT NULL;
CREATE INDEX transactions_by_end ON transactions (done_at);

CREATE TABLE transaction_totals (
    dimension      BIGINT NOT NULL,
    grain          BIGINT NOT NULL,
    period         BIGINT NOT NULL,
    key            BIGINT NOT NULL,
    transactions   BIGINT NOT NULL,
    early          BIGINT NOT NULL,
    on_time        BIGINT NOT NULL,
    late           BIGINT NOT NULL,
    called_known   BIGINT NOT NULL,
    called_ms      BIGINT NOT NULL,
    called_within  BIGINT NOT NULL,
    called_waits   BYTEA NOT NULL,
    done_known     BIGINT NOT NULL,
    done_ms        BIGINT NOT NULL,
    done_within    BIGINT NOT NULL,
    done_waits     BYTEA NOT NULL,
    PRIMARY KEY (dimension, grain, period, key)
);

CREATE TABLE people (
    person_no     BIGINT PRIMARY KEY,
    name          TEXT COLLATE "C" NOT NULL UNIQUE,
    display       TEXT COLLATE "C" NOT NULL,
    role          TEXT COLLATE "C" NOT NULL
                  CHECK (role IN ('admin', 'office', 'leader', 'officer')),
    officer       TEXT COLLATE "C" NOT NULL,
    hash          TEXT COLLATE "C" NOT NULL,
    added_at      BIGINT NOT NULL,
    disabled_at   BIGINT NOT NULL DEFAULT 0,
    password_due  BIGINT NOT NULL DEFAULT 0 CHECK (password_due IN (0, 1))
);
CREATE UNIQUE INDEX people_by_officer ON people (officer)
    WHERE officer <> '' AND disabled_at = 0;

CREATE TABLE sessions (
    hash       BYTEA PRIMARY KEY CHECK (length(hash) = 32),
    person_no  BIGINT NOT NULL,
    made_at    BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);

CREATE TABLE sign_in_tries (
    subject       BYTEA PRIMARY KEY CHECK (length(subject) = 32),
    wrong         BIGINT NOT NULL,
    locks         BIGINT NOT NULL,
    last_at       BIGINT NOT NULL,
    locked_until  BIGINT NOT NULL
);

CREATE TABLE transaction_keys (
    key_no        BIGINT PRIMARY KEY,
    unit          TEXT COLLATE "C" NOT NULL,
    period        TEXT COLLATE "C" NOT NULL,
    from_day      BIGINT NOT NULL,
    to_day        BIGINT NOT NULL,
    made_at       BIGINT NOT NULL,
    key           BYTEA CHECK (length(key) = 32),
    destroyed_at  BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX transaction_keys_in_force ON transaction_keys (unit, period)
    WHERE key IS NOT NULL;

CREATE TABLE boots (
    device_no  BIGINT NOT NULL,
    gen        BIGINT NOT NULL,
    boot       TEXT COLLATE "C" NOT NULL,
    began_at   BIGINT NOT NULL,
    PRIMARY KEY (device_no, gen, boot)
);

CREATE TABLE rounds (
    round    BIGINT PRIMARY KEY,
    quarter  BIGINT NOT NULL
);

CREATE TABLE round_spans (
    round      BIGINT NOT NULL,
    device_no  BIGINT NOT NULL,
    gen        BIGINT NOT NULL,
    first      BIGINT NOT NULL,
    last       BIGINT NOT NULL,
    PRIMARY KEY (round, device_no, gen, first)
);

CREATE TABLE recounts (
    round      BIGINT NOT NULL,
    device_no  BIGINT NOT NULL,
    gen        BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    PRIMARY KEY (round, device_no, gen, seq)
);

CREATE TABLE ticket_key (
    only_row  BIGINT PRIMARY KEY CHECK (only_row = 1),
    key       BYTEA NOT NULL CHECK (length(key) = 32)
);

CREATE TABLE documents (
    name     TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL CHECK (version >= 1),
    at       BIGINT NOT NULL,
    who      TEXT COLLATE "C" NOT NULL,
    body     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (name, version)
);

CREATE TABLE reason_totals (
    dimension  BIGINT NOT NULL,
    grain      BIGINT NOT NULL,
    period     BIGINT NOT NULL,
    key        BIGINT NOT NULL,
    reason_no  BIGINT NOT NULL,
    level_1    BIGINT NOT NULL,
    level_2    BIGINT NOT NULL,
    level_3    BIGINT NOT NULL,
    level_4    BIGINT NOT NULL,
    level_5    BIGINT NOT NULL,
    PRIMARY KEY (dimension, grain, period, key, reason_no)
);

CREATE TABLE published_steps (
    step_no        BIGINT PRIMARY KEY,
    at             BIGINT NOT NULL,
    kind           BIGINT NOT NULL,
    month          BIGINT NOT NULL,
    key            TEXT COLLATE "C" NOT NULL,
    to_day         BIGINT NOT NULL,
    level_1        BIGINT NOT NULL CHECK (level_1 >= 0),
    level_2        BIGINT NOT NULL CHECK (level_2 >= 0),
    level_3        BIGINT NOT NULL CHECK (level_3 >= 0),
    level_4        BIGINT NOT NULL CHECK (level_4 >= 0),
    level_5        BIGINT NOT NULL CHECK (level_5 >= 0),
    offered_rated  BIGINT NOT NULL,
    CHECK (level_1 + level_2 + level_3 + level_4 + level_5 >= 5)
);
CREATE INDEX published_steps_by_month ON published_steps (month, kind);

CREATE TABLE published_parts (
    step_no        BIGINT NOT NULL,
    key            TEXT COLLATE "C" NOT NULL,
    level_1        BIGINT NOT NULL,
    level_2        BIGINT NOT NULL,
    level_3        BIGINT NOT NULL,
    level_4        BIGINT NOT NULL,
    level_5        BIGINT NOT NULL,
    offered_rated  BIGINT NOT NULL,
    PRIMARY KEY (step_no, key)
);

CREATE TABLE published_flows (
    flow_no       BIGINT PRIMARY KEY,
    at            BIGINT NOT NULL,
    month         BIGINT NOT NULL,
    transactions  BIGINT NOT NULL,
    silent        BIGINT NOT NULL,
    waits         BIGINT NOT NULL,
    wait_ms       BIGINT NOT NULL,
    waits_within  BIGINT NOT NULL
);
CREATE INDEX published_flows_by_month ON published_flows (month);

CREATE TABLE checkpoint_trails (
    checkpoint_no  BIGINT NOT NULL,
    name           TEXT COLLATE "C" NOT NULL,
    size           BIGINT NOT NULL,
    head           BYTEA NOT NULL CHECK (length(head) = 32),
    PRIMARY KEY (checkpoint_no, name)
);

CREATE TABLE comment_places (
    quarter     BIGINT NOT NULL,
    device_no   BIGINT NOT NULL,
    gen         BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    round       BIGINT NOT NULL,
    level       BIGINT NOT NULL,
    counter_no  BIGINT NOT NULL,
    field_no    BIGINT NOT NULL,
    reasons     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (quarter, device_no, gen, seq)
);
CREATE INDEX comment_places_by_level ON comment_places (level, quarter);
CREATE INDEX comment_places_by_counter ON comment_places (counter_no, quarter);
CREATE INDEX comment_places_by_field ON comment_places (field_no, quarter);

CREATE TABLE cases (
    case_no        BIGINT PRIMARY KEY,
    device_no      BIGINT NOT NULL,
    gen            BIGINT NOT NULL,
    seq            BIGINT NOT NULL,
    ticket         BIGINT NOT NULL,
    level          BIGINT NOT NULL,
    counter_no     BIGINT NOT NULL,
    field_no       BIGINT NOT NULL,
    quarter        BIGINT NOT NULL,
    opened_day     BIGINT NOT NULL,
    deadline_days  BIGINT NOT NULL,
    state          BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    owner          TEXT COLLATE "C" NOT NULL,
    answered_by    TEXT COLLATE "C" NOT NULL,
    due_from       BIGINT NOT NULL,
    answered_day   BIGINT NOT NULL,
    closed_day     BIGINT NOT NULL,
    reopened       BIGINT NOT NULL,
    plain_due      BIGINT GENERATED ALWAYS AS (
        due_from - (due_from + 3) % 7 + least((due_from + 3) % 7, 4)
        + deadline_days
        + (least((due_from + 3) % 7, 4) + deadline_days) / 5 * 2) STORED,
    UNIQUE (device_no, gen, seq)
);
CREATE INDEX cases_by_ticket ON cases (ticket);
CREATE INDEX cases_waiting_again ON cases (deadline_days, due_from, opened_day,
    counter_no, field_no) WHERE state < 2 AND due_from <> opened_day;
CREATE INDEX cases_answered ON cases (deadline_days, due_from, answered_day,
    opened_day, counter_no, field_no) WHERE state IN (2, 3);
CREATE INDEX cases_by_quarter ON cases (quarter, ticket, state, counter_no,
    field_no, due_from, owner);
CREATE INDEX cases_open ON cases (quarter, ticket, state, counter_no, field_no,
    due_from, owner) WHERE state < 3;
CREATE INDEX cases_by_state ON cases (state, quarter, ticket, counter_no,
    field_no, due_from, owner);
CREATE INDEX cases_by_counter ON cases (counter_no, quarter, ticket, state,
    field_no, due_from, owner);
CREATE INDEX cases_by_field ON cases (field_no, quarter, ticket, state,
    counter_no, due_from, owner);
CREATE INDEX cases_by_owner ON cases (owner, quarter, ticket, state, counter_no,
    field_no, due_from);

CREATE TABLE case_events (
    event_no  BIGINT PRIMARY KEY,
    case_no   BIGINT NOT NULL,
    n         BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    who       TEXT COLLATE "C" NOT NULL,
    body      TEXT COLLATE "C" NOT NULL,
    hash      BYTEA NOT NULL CHECK (length(hash) = 32)
);
CREATE UNIQUE INDEX case_events_in_order ON case_events (case_no, n);

CREATE TABLE alerts (
    alert_no         BIGINT PRIMARY KEY,
    kind             BIGINT NOT NULL,
    subject          TEXT COLLATE "C" NOT NULL,
    label            TEXT COLLATE "C" NOT NULL,
    detail           TEXT COLLATE "C" NOT NULL,
    opened_at        BIGINT NOT NULL,
    ended_at         BIGINT NOT NULL DEFAULT 0,
    acknowledged_at  BIGINT NOT NULL DEFAULT 0,
    acknowledged_by  TEXT COLLATE "C" NOT NULL DEFAULT '',
    comment          TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject) WHERE ended_at = 0;

CREATE TABLE counter_days (
    counter_no  BIGINT NOT NULL,
    day         BIGINT NOT NULL,
    device_no   BIGINT NOT NULL,
    gen         BIGINT NOT NULL,
    first       BIGINT NOT NULL,
    last        BIGINT NOT NULL,
    PRIMARY KEY (counter_no, day, device_no, gen)
);

CREATE TABLE due_days (
    day         BIGINT NOT NULL,
    counter_no  BIGINT NOT NULL,
    PRIMARY KEY (day, counter_no)
);

CREATE TABLE judging_rules (
    rules_no    BIGINT PRIMARY KEY,
    at          BIGINT NOT NULL,
    from_day    BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    thresholds  TEXT COLLATE "C" NOT NULL,
    hours       TEXT COLLATE "C" NOT NULL
);

CREATE TABLE officer_days (
    day         BIGINT NOT NULL,
    counter_no  BIGINT NOT NULL,
    officer_no  BIGINT NOT NULL,
    field_no    BIGINT NOT NULL,
    rated       BIGINT NOT NULL,
    satisfied   BIGINT NOT NULL,
    PRIMARY KEY (day, counter_no, officer_no, field_no)
);

CREATE TABLE due_months (
    month  BIGINT PRIMARY KEY,
    since  BIGINT NOT NULL
);

CREATE TABLE visit_flags (
    flag_no      BIGINT PRIMARY KEY,
    rule         BIGINT NOT NULL,
    counter_no   BIGINT NOT NULL,
    officer_no   BIGINT NOT NULL,
    first_day    BIGINT NOT NULL,
    last_day     BIGINT NOT NULL,
    figures      TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
    since        BIGINT NOT NULL,
    lifted_at    BIGINT NOT NULL DEFAULT 0,
    lifted_by    TEXT COLLATE "C" NOT NULL DEFAULT '',
    lift_reason  TEXT COLLATE "C" NOT NULL DEFAULT '',
    ratings      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX visit_flags_by_day ON visit_flags (first_day, counter_no,
    officer_no, rule, lifted_at, ratings, last_day);

CREATE TABLE flag_visits (
    flag_no    BIGINT NOT NULL,
    device_no  BIGINT NOT NULL,
    gen        BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    PRIMARY KEY (flag_no, device_no, gen, seq)
);
CREATE INDEX flag_visits_by_visit ON flag_visits (device_no, gen, seq);

CREATE TABLE visit_marks (
    mark_no          BIGINT PRIMARY KEY,
    device_no        BIGINT NOT NULL,
    gen              BIGINT NOT NULL,
    seq              BIGINT NOT NULL,
    at               BIGINT NOT NULL,
    who              TEXT COLLATE "C" NOT NULL,
    reason           TEXT COLLATE "C" NOT NULL,
    withdrawn_at     BIGINT NOT NULL DEFAULT 0,
    withdrawn_by     TEXT COLLATE "C" NOT NULL DEFAULT '',
    withdraw_reason  TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX visit_marks_in_force ON visit_marks (device_no, gen, seq)
    WHERE withdrawn_at = 0;

CREATE TABLE forms (
    device_no  BIGINT NOT NULL,
    gen        BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    survey_no  BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (device_no, gen, seq)
);

CREATE TABLE form_totals (
    day        BIGINT NOT NULL,
    survey_no  BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    device_no  BIGINT NOT NULL,
    question   TEXT COLLATE "C" NOT NULL,
    level_0    BIGINT NOT NULL,
    level_1    BIGINT NOT NULL,
    level_2    BIGINT NOT NULL,
    level_3    BIGINT NOT NULL,
    level_4    BIGINT NOT NULL,
    level_5    BIGINT NOT NULL,
    PRIMARY KEY (day, survey_no, version, device_no, question)
);

CREATE TABLE papers (
    kind     BIGINT NOT NULL,
    number   BIGINT NOT NULL,
    name     TEXT COLLATE "C" NOT NULL UNIQUE,
    made_at  BIGINT NOT NULL,
    mail     BIGINT NOT NULL,
    tries    BIGINT NOT NULL DEFAULT 0,
    next_at  BIGINT NOT NULL,
    sent_at  BIGINT NOT NULL DEFAULT 0,
    said     TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (kind, number)
);
CREATE INDEX papers_to_mail ON papers (next_at) WHERE mail = 1;

CREATE TABLE issues (
    issue_no     BIGINT PRIMARY KEY,
    kind         TEXT COLLATE "C" NOT NULL,
    by_what      TEXT COLLATE "C" NOT NULL,
    period_kind  TEXT COLLATE "C" NOT NULL,
    period       TEXT COLLATE "C" NOT NULL,
    number       TEXT COLLATE "C" NOT NULL,
    restates     BIGINT,
    at           BIGINT NOT NULL,
    who          TEXT COLLATE "C" NOT NULL,
    hash         BYTEA NOT NULL CHECK (length(hash) = 32),
    body         BYTEA NOT NULL,
    UNIQUE (kind, by_what, period_kind, period, restates)
);

CREATE TABLE case_totals (
    deadline_days  BIGINT NOT NULL,
    grain          BIGINT NOT NULL,
    period         BIGINT NOT NULL,
    counter_no     BIGINT NOT NULL,
    field_no       BIGINT NOT NULL,
    opened         BIGINT NOT NULL,
    waiting        BIGINT NOT NULL,
    fresh          BIGINT NOT NULL,
    answered       BIGINT NOT NULL,
    in_time        BIGINT NOT NULL,
    closed         BIGINT NOT NULL,
    reopened       BIGINT NOT NULL,
    PRIMARY KEY (deadline_days, grain, period, counter_no, field_no)
);

-- Whose turn it is to write.
CREATE TABLE writing (
    only_row  BIGINT PRIMARY KEY CHECK (only_row = 1),
    epoch     BIGINT NOT NULL
);
INSERT INTO writing VALUES (1, 0);

-- A database's own: makes tickets, the names of visits outside.
INSERT INTO ticket_key VALUES (1,
    sha256(CAST(gen_random_uuid() AS TEXT)::BYTEA
        || CAST(gen_random_uuid() AS TEXT)::BYTEA));

-- What never changes and never leaves; and what may change in part.
REVOKE UPDATE, DELETE, TRUNCATE ON lines, ids, batches, heads, asides, flags,
    boots, lost_lines, checkpoints, checkpoint_heads, checkpoint_trails, audit,
    documents, published_steps, published_parts, published_flows, case_events,
    judging_rules, issues FROM CURRENT_USER;
REVOKE DELETE, TRUNCATE ON people, cases, visit_marks FROM CURRENT_USER;
REVOKE UPDATE ON cases FROM CURRENT_USER;
REVOKE UPDATE, DELETE, TRUNCATE ON comment_arrivals FROM CURRENT_USER;
GRANT UPDATE (forgotten_at) ON comment_arrivals TO CURRENT_USER;
GRANT UPDATE (state, version, owner, answered_by, due_from, answered_day,
    closed_day, reopened) ON cases TO CURRENT_USER;

-- What stands of this and of the unique indexes, by the names that SQLite's
-- schema has for it: verification asks for them.
CREATE VIEW sqlite_schema AS
    SELECT CAST(indexname AS TEXT) AS name FROM pg_indexes
    WHERE schemaname = current_schema()
    UNION ALL SELECT relname || '_no_update' FROM pg_class
    WHERE relnamespace = to_regnamespace(current_schema())
        AND NOT has_table_privilege(oid, 'UPDATE')
    UNION ALL SELECT relname || '_no_delete' FROM pg_class
    WHERE relnamespace = to_regnamespace(current_schema())
        AND NOT has_table_privilege(oid, 'DELETE')
    UNION ALL SELECT conname FROM pg_constraint
    WHERE connamespace = to_regnamespace(current_schema())
    UNION ALL SELECT 'cases_stay'
    WHERE NOT has_table_privilege('cases', 'DELETE')
    UNION ALL SELECT 'cases_keep'
    WHERE NOT has_column_privilege('cases', 'ticket', 'UPDATE')
    UNION ALL SELECT 'comment_arrivals_keep'
    WHERE NOT has_column_privilege('comment_arrivals', 'received_at', 'UPDATE')
    UNION ALL SELECT 'visit_marks_remain'
    WHERE NOT has_table_privilege('visit_marks', 'DELETE')
    -- The statements themselves keep to these.
    UNION ALL VALUES ('visit_flags_lifted_stay'),
        ('visit_flags_lifted_remain'), ('visit_marks_stay'),
        ('comments_stay');
