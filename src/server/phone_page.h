// The pages of the phone channel, as HTML without a script: one response each,
// which asks for nothing more. Pure but for phone_look_load().
//
// First the levels, each a button; then, for the chosen one, reasons and a
// comment, with the level still to change. What was said so far travels in the
// form itself, never in a cookie.
#pragma once
#include "common/buf.h"
#include "i18n/i18n.h"
#include "office/configuration.h"
#include "office/device_settings.h"
#include "survey/survey.h"
#include <stdbool.h>
#include <stddef.h>

enum { PHONE_POLICY_SIZE = 256 };

// What all pages have in common.
struct phone_look {
    const struct i18n *texts;
    const struct office_defaults *defaults; // of `effect`
    struct device_effect effect;            // never copied
    struct survey survey;
    struct buf style;               // assets/web/phone.css
    char policy[PHONE_POLICY_SIZE]; // Content-Security-Policy: this style, and
                                    // nothing else
};
// What holds for the whole unit: `base`, and over it the document `apart`
// (office/device_settings.h; NULL: nothing). All three are borrowed.
void phone_look_begin(const struct i18n *texts,
                      const struct office_defaults *base, const json_t *apart,
                      struct phone_look *out);
// Then its files. False, logged, when one is missing or broken.
bool phone_look_load(struct phone_look *look);
void phone_look_free(struct phone_look *look);
// The levels in their order; how many.
size_t phone_look_levels(const struct phone_look *look,
                         const struct survey_level *out[SURVEY_LEVELS_MAX]);
// Whether somebody who chose this level is asked why.
bool phone_look_asks_why(const struct phone_look *look,
                         const struct survey_level *level);

enum phone_page_kind {
    PHONE_PAGE_RATE,
    PHONE_PAGE_MORE,
    PHONE_PAGE_THANKS,
    PHONE_PAGE_ALREADY,
    PHONE_PAGE_UNKNOWN,
    PHONE_PAGE_EXPIRED,
    PHONE_PAGE_WITHDRAWN,
    PHONE_PAGE_BAD,
    PHONE_PAGE_TOO_MANY,
    PHONE_PAGE_FAILED,
    PHONE_PAGE_COUNT
};
int phone_page_status(enum phone_page_kind kind);

// What may be wrong with a comment; the page then shows it again.
enum phone_fault { PHONE_FAULT_NONE, PHONE_FAULT_LONG, PHONE_FAULT_SIGNS };

struct phone_page {
    enum phone_page_kind kind;
    enum i18n_language language;
    const char *counter; // "" when nobody knows
    const char *field;   // its code, ""
    // What is kept of the dossier's code, for the notice.
    enum phone_dossier {
        PHONE_DOSSIER_NONE,
        PHONE_DOSSIER_HIDDEN,
        PHONE_DOSSIER_LINKED
    } dossier;
    const char *page; // the form's own id
    // PHONE_PAGE_MORE
    const struct survey_level *level;
    bool chosen[SURVEY_REASONS_MAX];
    const char *comment;
    enum phone_fault fault;
};
void phone_page_write(const struct phone_look *look,
                      const struct phone_page *page, struct buf *out);
