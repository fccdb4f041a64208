// A file of texts: every text that is given out is NFC, every id is found, and
// filling in a place never reads beyond the text.
#include "fuzz/fuzz.h"
#include "i18n/i18n.h"
#include "vietnamese/text.h"
#include <string.h>

static void check_texts(const struct i18n *texts)
{
    static const char *const values[] = {"1", "hai", "{1}"};
    for (size_t i = 0; i < i18n_count(texts); i++) {
        const char *id = i18n_id(texts, i);
        HOLDS(i == 0 || strcmp(i18n_id(texts, i - 1), id) < 0);
        HOLDS(i18n_has(texts, I18N_VI, id) || i18n_has(texts, I18N_EN, id));
        for (int language = 0; language < I18N_LANGUAGE_COUNT; language++) {
            enum i18n_language in = (enum i18n_language)language;
            const char *text = i18n_text(texts, in, id);
            struct buf plain = {0}, filled = {0};
            if (i18n_has(texts, in, id))
                HOLDS(text_is_nfc(text, strlen(text)));
            i18n_format(texts, in, id, values, 0, &plain);
            HOLDS(strcmp(buf_text(&plain), text) == 0);
            i18n_format(texts, in, id, values, 3, &filled);
            HOLDS(filled.size <= strlen(text));
            fuzz_check_text(buf_text(&filled), filled.size + 1);
            buf_free(&plain);
            buf_free(&filled);
        }
    }
    HOLDS(strcmp(i18n_text(texts, I18N_VI, "no.such"), "no.such") == 0 ||
          i18n_has(texts, I18N_VI, "no.such") ||
          i18n_has(texts, I18N_EN, "no.such"));
}

// The same bytes are the Vietnamese file, with a small English one beside it,
// and the other way round.
int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    static const char other[] = "{\"level.5\":\"Very {1}\"}";
    static const char *const names[] = {"vi.json", "en.json"};
    char path[PATH_MAX];
    fuzz_start();
    for (int i = 0; i < I18N_LANGUAGE_COUNT; i++) {
        struct buf message = {0};
        fuzz_write(names[i], data, size, path);
        fuzz_write(names[1 - i], other, sizeof other - 1, path);
        struct i18n *texts = i18n_open(fuzz_folder(), &message);
        HOLDS((texts != NULL) == (message.size == 0));
        if (texts)
            check_texts(texts);
        fuzz_check_text(buf_text(&message), message.size + 1);
        i18n_close(texts);
        buf_free(&message);
    }
    return 0;
}
