#include "common/date.h"
#include "report/reasons.h"
#include "report/words.h"

void reasons_label(const struct i18n *texts, enum i18n_language language,
                   const char *id, struct buf *out)
{
    words_append_plain(i18n_text(texts, language, id), out);
}

void reasons_row_label(const struct i18n *texts, enum report_by by,
                       const char *key, const char *name, struct buf *out)
{
    const struct report report = {.by = by};
    const struct report_row row = {.key = (char *)key,
                                   .label = (char *)(name ? name : "")};
    words_row(texts, &report, &row, out);
}

// Shares of what is told: per cent with the method's decimals.
static json_t *share(const struct reasons *reasons, int64_t part, int64_t whole,
                     bool may_tell)
{
    int decimals = reasons->method.rules.decimals;
    int64_t percent = figures_percent(part, whole, decimals);
    double unit = 1;
    if (!may_tell || percent == FIGURES_UNKNOWN)
        return json_null();
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    return json_real((double)percent / unit);
}

static json_t *number(int64_t value, bool may_tell)
{
    return may_tell ? json_integer(value) : json_null();
}

static json_t *labels_of(const struct i18n *texts, const char *id)
{
    json_t *object = json_object();
    for (int language = 0; language < I18N_LANGUAGE_COUNT; language++) {
        struct buf label = {0};
        reasons_label(texts, (enum i18n_language)language, id, &label);
        json_object_set_new(object, i18n_code((enum i18n_language)language),
                            json_string(buf_text(&label)));
        buf_free(&label);
    }
    return object;
}

// "low", "satisfied", and the share that each is of its whole.
static void set_counts(json_t *object, const struct reasons *reasons,
                       const struct reasons_count *count,
                       const struct reasons_count *whole, enum report_view view)
{
    bool low = reasons_may_tell(view, count->low);
    bool high = reasons_may_tell(view, count->high);
    json_object_set_new(object, "low", number(count->low, low));
    json_object_set_new(object, "low_share",
                        share(reasons, count->low, whole->low, low));
    json_object_set_new(object, "satisfied", number(count->high, high));
    json_object_set_new(object, "satisfied_share",
                        share(reasons, count->high, whole->high, high));
}

static const char *list_name(const struct reasons_kind *kind)
{
    if (kind->of_low && kind->of_high)
        return "both";
    return kind->of_low ? "low" : kind->of_high ? "high" : "past";
}

static json_t *kind_json(const struct reasons *reasons, size_t index,
                         const struct i18n *texts, enum report_view view)
{
    const struct reasons_kind *kind = &reasons->kinds[index];
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:o}", "id", kind->id, "group",
                  reason_group_name(kind->group), "list", list_name(kind),
                  "label", labels_of(texts, kind->id));
    set_counts(object, reasons, &reasons->total.carried[index],
               &reasons->total.rated, view);
    return object;
}

// Whether what is told of the group's reasons and of all of them together tells
// of one that is not told.
static bool gives_away(const struct reasons *reasons, enum reason_group group,
                       bool of_low, enum report_view view)
{
    int withheld = 0;
    for (size_t i = 0; i < reasons->kind_count; i++) {
        const struct reasons_count *count = &reasons->total.carried[i];
        withheld += reasons->kinds[i].group == group &&
                    !reasons_may_tell(view, of_low ? count->low : count->high);
    }
    return withheld == 1;
}

static json_t *group_json(const struct reasons *reasons,
                          enum reason_group group,
                          const struct reasons_count *all,
                          const struct i18n *texts, enum report_view view)
{
    struct reasons_count sum =
        reasons_of_group(reasons, &reasons->total, group);
    bool low = reasons_may_tell(view, sum.low) &&
               !gives_away(reasons, group, true, view);
    bool high = reasons_may_tell(view, sum.high) &&
                !gives_away(reasons, group, false, view);
    struct buf id = {0};
    buf_printf(&id, "reason.group.%s", reason_group_name(group));
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o}", "group", reason_group_name(group),
        "label", labels_of(texts, buf_text(&id)), "low", number(sum.low, low),
        "low_share", share(reasons, sum.low, all->low, low), "satisfied",
        number(sum.high, high), "satisfied_share",
        share(reasons, sum.high, all->high, high));
    buf_free(&id);
    return object;
}

static json_t *groups_json(const struct reasons *reasons,
                           const struct i18n *texts, enum report_view view)
{
    struct reasons_count all = {0};
    json_t *array = json_array();
    for (int group = 0; group < REASON_GROUP_COUNT; group++) {
        struct reasons_count sum = reasons_of_group(reasons, &reasons->total,
                                                    (enum reason_group)group);
        all.low += sum.low;
        all.high += sum.high;
    }
    for (int group = 0; group < REASON_GROUP_COUNT; group++) {
        if (!reasons->officer_only || group == REASON_GROUP_OFFICER)
            json_array_append_new(array,
                                  group_json(reasons, (enum reason_group)group,
                                             &all, texts, view));
    }
    return array;
}

// Reasons that no rating of the row carries are left out.
static json_t *row_json(const struct reasons *reasons,
                        const struct reasons_row *row, const struct i18n *texts,
                        enum report_view view)
{
    struct buf label = {0};
    json_t *carried = json_array();
    bool is_told = view == REPORT_VIEW_OFFICE ||
                   row->rated.low + row->rated.high >= FIGURES_LEAST;
    reasons_row_label(texts, reasons->by, row->key, row->label, &label);
    for (size_t i = 0; is_told && i < reasons->kind_count; i++) {
        const struct reasons_count *count = &row->carried[i];
        if (count->low + count->high == 0)
            continue;
        json_t *one = json_pack("{s:s}", "id", reasons->kinds[i].id);
        set_counts(one, reasons, count, &row->rated, view);
        json_array_append_new(carried, one);
    }
    json_t *object = json_pack(
        "{s:s, s:s, s:o, s:o, s:o}", "key", row->key, "label", buf_text(&label),
        "low", number(row->rated.low, is_told), "satisfied",
        number(row->rated.high, is_told), "reasons", carried);
    buf_free(&label);
    return object;
}

static json_t *period_json(const struct period *period,
                           const struct i18n *texts)
{
    char code[PERIOD_CODE_SIZE], from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    struct buf label = {0};
    period_code(period, code);
    date_format_iso(period->first, from);
    date_format_iso(period->last, to);
    words_period(texts, period, &label);
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:s}", "kind", period_kind_name(period->kind),
        "code", code, "from", from, "to", to, "label", buf_text(&label));
    buf_free(&label);
    return object;
}

static json_t *within_json(const struct reasons *reasons,
                           const struct i18n *texts)
{
    struct buf label = {0};
    if (reasons->within == REPORT_BY_NONE)
        return json_null();
    reasons_row_label(texts, reasons->within, reasons->key,
                      reasons->total.label, &label);
    json_t *object =
        json_pack("{s:s, s:s, s:s}", "by", report_by_name(reasons->within),
                  "key", reasons->key, "label", buf_text(&label));
    buf_free(&label);
    return object;
}

json_t *reasons_json(const struct reasons *reasons, const struct i18n *texts,
                     enum report_view view)
{
    const struct reasons_row *total = &reasons->total;
    int64_t all = total->rated.low + total->rated.high;
    json_t *any = json_null();
    json_t *kinds = json_array();
    json_t *rows = json_array();
    bool is_told = reasons_may_tell(view, all);
    if (!reasons->officer_only) {
        any = json_object();
        set_counts(any, reasons, &total->any, &total->rated, view);
    }
    for (size_t i = 0; i < reasons->kind_count; i++)
        json_array_append_new(kinds, kind_json(reasons, i, texts, view));
    for (size_t i = 0; i < reasons->row_count; i++)
        json_array_append_new(
            rows, row_json(reasons, &reasons->rows[i], texts, view));
    return json_pack(
        "{s:o, s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "period",
        period_json(&reasons->period, texts), "by", report_by_name(reasons->by),
        "within", within_json(reasons, texts), "officer_only",
        reasons->officer_only, "rated", number(all, is_told), "low",
        number(total->rated.low, is_told), "satisfied",
        number(total->rated.high, is_told), "with_reason", any, "reasons",
        kinds, "groups", groups_json(reasons, texts, view), "rows", rows);
}
