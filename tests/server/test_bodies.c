// Good and bad bodies of POST /api/v1/batches: each folder of bodies/ holds a
// `body` and what to `expect`, and is sent by a device of its own.
//
// In a body stand for themselves all bytes but these words:
//   @HEADER FROM TO@  a whole header line, signed
//   @VISIT LEVEL@     the next line of the device's ledger, a sound one
//   @DEVICE@ @PREV@   the device's id; the hash of the line before
//   @ID@              a fresh id
//   @HEAD@ @NONCE@    the hash of the last line; a nonce
//   @SIG TO@          the signature for that `to`, @HEAD@ (0: zeros), @NONCE@
//   @PAD N@           N letters x
// `expect` has one fact a line: "status N", "type T", "line N", "reason TEXT"
// (a part of it), "received_to N", "result SEQ STATUS [part of detail]".
#include "common/file.h"
#include "ledger/proof.h"
#include "support/server_maker.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_MAX = 1 << 20, CASES_MAX = 128 };
static const char FOLDER[] = TEST_SOURCE "/tests/server/bodies";
static const char HEADER[] =
    "{\"batch\":1,\"device\":\"@DEVICE@\",\"gen\":1,\"from\":%ld,\"to\":%ld,"
    "\"head\":\"@HEAD@\",\"nonce\":\"@NONCE@\",\"sig\":\"@SIG %ld@\"}";

static struct made_server server;

static int start(void **state)
{
    (void)state;
    made_server_start(&server, (const char *[]){"--device-rate", "0", NULL});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

// What the words of one body mean.
struct meaning {
    struct made_device *device;
    struct proof_batch proof;
};

static void append_signature(const struct meaning *meaning, long to,
                             struct buf *out)
{
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    struct proof_batch proof = meaning->proof;
    proof.to = to;
    if (to == 0) {
        strcpy(proof.head, DIGEST_NONE_HEX);
    }
    proof_sign_batch(&meaning->device->ledger.key, &proof, signature);
    buf_append_text(out, signature);
}

static void append_word(const struct meaning *meaning, const char *word,
                        struct buf *out)
{
    const struct ledger_maker *ledger = &meaning->device->ledger;
    char id[ID_SIZE];
    long number;
    if (strcmp(word, "DEVICE") == 0) {
        buf_append_text(out, ledger->device);
    } else if (strcmp(word, "PREV") == 0) {
        buf_append_text(out, ledger->count > 0
                                 ? ledger->lines[ledger->count - 1].hash
                                 : DIGEST_NONE_HEX);
    } else if (strcmp(word, "ID") == 0) {
        id_new_v7(ledger->wall_ms, id);
        buf_append_text(out, id);
    } else if (strcmp(word, "HEAD") == 0) {
        buf_append_text(out, meaning->proof.head);
    } else if (strcmp(word, "NONCE") == 0) {
        buf_append_text(out, meaning->proof.nonce);
    } else if (sscanf(word, "SIG %ld", &number) == 1) {
        append_signature(meaning, number, out);
    } else if (sscanf(word, "PAD %ld", &number) == 1) {
        while (number-- > 0) {
            buf_append_char(out, 'x');
        }
    } else {
        fail_msg("unknown word @%s@", word);
    }
}

static void expand(const struct meaning *meaning, const char *text, size_t size,
                   struct buf *out)
{
    char word[64];
    const char *end = text + size;
    while (text < end) {
        const char *at = memchr(text, '@', (size_t)(end - text));
        const char *close =
            at ? memchr(at + 1, '@', (size_t)(end - at - 1)) : NULL;
        if (!close) {
            buf_append(out, text, (size_t)(end - text));
            return;
        }
        buf_append(out, text, (size_t)(at - text));
        snprintf(word, sizeof word, "%.*s", (int)(close - at - 1), at + 1);
        append_word(meaning, word, out);
        text = close + 1;
    }
}

// One line behind the header becomes the next line of the ledger.
static void make_line(struct meaning *meaning, const char *text, size_t size)
{
    struct ledger_maker *ledger = &meaning->device->ledger;
    char word[64];
    int level;
    snprintf(word, sizeof word, "%.*s", (int)(size < 63 ? size : 63), text);
    if (sscanf(word, "@VISIT %d@", &level) == 1) {
        maker_rate(ledger, level);
        return;
    }
    struct buf line = {0};
    expand(meaning, text, size, &line);
    maker_write_bytes(ledger, buf_text(&line), line.size);
    buf_free(&line);
}

static void make_body(struct made_device *device, const struct buf *text,
                      struct buf *out)
{
    struct ledger_maker *ledger = &device->ledger;
    struct meaning meaning = {.device = device, .proof.gen = 1};
    char header[sizeof HEADER + 64];
    long from, to;
    const char *at = buf_text(text), *end = at + text->size;
    const char *first_end = memchr(at, '\n', text->size);
    bool ends_open = text->size > 0 && end[-1] != '\n';
    size_t first = first_end ? (size_t)(first_end - at) : text->size;
    strcpy(meaning.proof.device, ledger->device);
    proof_new_nonce(meaning.proof.nonce);
    for (const char *line = at + first + 1; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *line_end = newline ? newline : end;
        make_line(&meaning, line, (size_t)(line_end - line));
        line = line_end + 1;
    }
    strcpy(meaning.proof.head, ledger->count > 0
                                   ? ledger->lines[ledger->count - 1].hash
                                   : DIGEST_NONE_HEX);
    if (sscanf(at, "@HEADER %ld %ld@", &from, &to) == 2) {
        snprintf(header, sizeof header, HEADER, from, to, to);
        expand(&meaning, header, strlen(header), out);
    } else {
        expand(&meaning, at, first, out);
    }
    for (size_t i = 0; i < ledger->count; i++) {
        buf_append_char(out, '\n');
        buf_append(out, ledger->lines[i].bytes, ledger->lines[i].size);
    }
    if (first_end && !ends_open) {
        buf_append_char(out, '\n');
    }
}

static void expect_number(const json_t *object, const char *key, long wanted)
{
    int64_t number = -1;
    if (!json_get_int(object, key, &number) || number != wanted) {
        fail_msg("%s is %lld, not %ld", key, (long long)number, wanted);
    }
}

static void expect_part(const json_t *object, const char *key,
                        const char *wanted)
{
    const char *text = "";
    json_get_text(object, key, &text);
    if (!strstr(text, wanted)) {
        fail_msg("%s is \"%s\", without \"%s\"", key, text, wanted);
    }
}

static void expect_result(const json_t *object, size_t index, const char *fact)
{
    const json_t *result =
        json_array_get(json_object_get(object, "results"), index);
    char status[32];
    long seq;
    int used = 0;
    assert_int_equal(sscanf(fact, "%ld %31s %n", &seq, status, &used), 2);
    expect_number(result, "seq", seq);
    expect_part(result, "status", status);
    expect_part(result, "detail", fact + used);
}

static void check(const struct answer *answer, char *facts)
{
    json_t *object = answer_object(answer);
    size_t results = 0;
    for (char *next, *fact = facts; *fact; fact = next) {
        next = fact + strcspn(fact, "\n");
        if (*next == '\n') {
            *next++ = '\0';
        }
        char *value = fact + strcspn(fact, " ");
        assert_int_equal(*value, ' ');
        *value++ = '\0';
        if (strcmp(fact, "status") == 0) {
            assert_int_equal(answer->status, strtol(value, NULL, 10));
        } else if (strcmp(fact, "type") == 0) {
            answer_is_problem(answer, answer->status, value);
        } else if (strcmp(fact, "reason") == 0) {
            expect_part(object, "reason", value);
        } else if (strcmp(fact, "result") == 0) {
            expect_result(object, results++, value);
        } else {
            expect_number(object, fact, strtol(value, NULL, 10));
        }
    }
    if (results > 0) {
        assert_int_equal(json_array_size(json_object_get(object, "results")),
                         results);
    }
    json_decref(object);
}

static void test_body(void **state)
{
    const char *name = *state;
    char path[512];
    struct made_device device;
    struct buf text = {0}, facts = {0}, body = {0};
    struct answer answer = {0};
    snprintf(path, sizeof path, "%s/%s/body", FOLDER, name);
    assert_true(file_read(path, FILE_MAX, &text));
    snprintf(path, sizeof path, "%s/%s/expect", FOLDER, name);
    assert_true(file_read(path, FILE_MAX, &facts));
    made_device_enrol(&device, &server, "3");
    make_body(&device, &text, &body);
    made_device_post(&device, &server, &body, NULL, &answer);
    check(&answer, facts.data);
    buf_free(&text);
    buf_free(&facts);
    buf_free(&body);
    answer_free(&answer);
    made_device_free(&device);
}

int main(void)
{
    static struct CMUnitTest tests[CASES_MAX];
    struct dirent **names;
    size_t count = 0;
    int found = scandir(FOLDER, &names, NULL, alphasort);
    for (int i = 0; i < found && count < CASES_MAX; i++) {
        if (names[i]->d_name[0] != '.') {
            tests[count++] = (struct CMUnitTest){names[i]->d_name, test_body,
                                                 NULL, NULL, names[i]->d_name};
        }
    }
    int failed =
        count > 0 ? _cmocka_run_group_tests("bodies", tests, count, start, stop)
                  : 1;
    for (int i = 0; i < found; i++) {
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
    return failed;
}
