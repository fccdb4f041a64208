#include "operator/verification.h"
#include "operator/listing.h"
#include <inttypes.h>
#include <stdarg.h>

enum { FINDINGS_KEPT = 1000 };

void verification_start(struct verification *verification, const char *kind)
{
    *verification = (struct verification){.kind = kind,
                                          .counts = json_object(),
                                          .findings = json_array(),
                                          .notes = json_array()};
}

void verification_free(struct verification *verification)
{
    json_decref(verification->counts);
    json_decref(verification->findings);
    json_decref(verification->notes);
}

void verification_find(struct verification *verification, const char *device,
                       int64_t gen, int64_t seq, const char *format, ...)
{
    struct buf why = {0};
    va_list args;
    if (++verification->found > FINDINGS_KEPT)
        return;
    va_start(args, format);
    buf_vprintf(&why, format, args);
    va_end(args);
    json_t *finding = json_pack("{s:s, s:I, s:I, s:s}", "device", device, "gen",
                                (json_int_t)gen, "seq", (json_int_t)seq, "why",
                                buf_text(&why));
    if (!finding || json_array_append_new(verification->findings, finding) != 0)
        verification->out_of_memory = true;
    buf_free(&why);
}

void verification_note(struct verification *verification, const char *format,
                       ...)
{
    struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    if (json_array_append_new(verification->notes,
                              json_string(buf_text(&text))) != 0)
        verification->out_of_memory = true;
    buf_free(&text);
}

void verification_count(struct verification *verification, const char *name,
                        int64_t count)
{
    if (json_object_set_new(verification->counts, name, json_integer(count)) !=
        0)
        verification->out_of_memory = true;
}

static void print_json(const struct verification *verification, struct buf *out)
{
    json_t *object =
        json_pack("{s:b, s:s}", "sound", verification_is_sound(verification),
                  "kind", verification->kind);
    if (object &&
        (json_object_update(object, verification->counts) != 0 ||
         json_object_set_new(object, "found",
                             json_integer(verification->found)) != 0 ||
         json_object_set(object, "findings", verification->findings) != 0 ||
         json_object_set(object, "notes", verification->notes) != 0)) {
        json_decref(object);
        object = NULL;
    }
    listing_print_object(object, out);
}

static void print_finding(const json_t *finding, struct buf *out)
{
    const char *device = "", *why = "";
    int64_t gen = 0, seq = 0;
    json_get_text(finding, "device", &device);
    json_get_text(finding, "why", &why);
    json_get_int(finding, "gen", &gen);
    json_get_int(finding, "seq", &seq);
    buf_append_text(out, "BROKEN");
    if (device[0] != '\0')
        buf_printf(out, " device %s", device);
    if (gen > 0)
        buf_printf(out, " generation %" PRId64, gen);
    if (seq > 0)
        buf_printf(out, " line %" PRId64, seq);
    buf_printf(out, ": %s\n", why);
}

static void print_text(const struct verification *verification, struct buf *out)
{
    size_t kept = json_array_size(verification->findings);
    for (size_t i = 0; i < kept; i++)
        print_finding(json_array_get(verification->findings, i), out);
    if (verification->found > (int64_t)kept)
        buf_printf(out, "and %" PRId64 " more\n",
                   verification->found - (int64_t)kept);
    size_t index;
    json_t *note;
    json_array_foreach(verification->notes, index, note)
    {
        buf_printf(out, "Note: %s\n", json_string_value(note));
    }
    buf_append_text(out,
                    verification_is_sound(verification) ? "Sound:" : "Broken:");
    const char *name;
    json_t *count;
    const char *comma = "";
    json_object_foreach(verification->counts, name, count)
    {
        buf_printf(out, "%s %s %" JSON_INTEGER_FORMAT, comma, name,
                   json_integer_value(count));
        comma = ",";
    }
    buf_append_char(out, '\n');
}

void verification_print(const struct verification *verification, bool as_json,
                        struct buf *out)
{
    if (as_json)
        print_json(verification, out);
    else
        print_text(verification, out);
}
