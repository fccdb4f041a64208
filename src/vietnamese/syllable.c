#include "vietnamese/syllable.h"
#include "vietnamese/text.h"
#include <string.h>
#include <utf8proc.h>

static const uint32_t CIRCUMFLEX = 0x302, BREVE = 0x306, HORN = 0x31b;
static const uint32_t tone_marks[TONE_COUNT] = {0,     0x301, 0x300,
                                                0x309, 0x303, 0x323};

static const char *const initials[] = {
    "b",  "c",  "ch", "d", "đ", "g",  "gh",  "gi", "h",
    "k",  "kh", "l",  "m", "n", "ng", "ngh", "nh", "p",
    "ph", "qu", "r",  "s", "t", "th", "tr",  "v",  "x"};

// Rimes without a tone, one group a nucleus. Final k is for names of places
// (Đắk Lắk); ưo is on its way to ươ.
static const char *const rimes[] = {
    "a",    "ac",  "ach",  "ai",   "ak",  "am",  "an",  "ang",  "anh",
    "ao",   "ap",  "at",   "au",   "ay",  "ăc",  "ăk",  "ăm",   "ăn",
    "ăng",  "ăp",  "ăt",   "âc",   "âk",  "âm",  "ân",  "âng",  "âp",
    "ât",   "âu",  "ây",   "e",    "ec",  "ek",  "em",  "en",   "eng",
    "eo",   "ep",  "et",   "ê",    "êc",  "êch", "êk",  "êm",   "ên",
    "êng",  "ênh", "êp",   "êt",   "êu",  "i",   "ia",  "ich",  "ik",
    "im",   "in",  "inh",  "ip",   "it",  "iu",  "iêc", "iêm",  "iên",
    "iêng", "iêp", "iêt",  "iêu",  "o",   "oa",  "oac", "oach", "oai",
    "oam",  "oan", "oang", "oanh", "oao", "oap", "oat", "oay",  "oăc",
    "oăm",  "oăn", "oăng", "oăt",  "oc",  "oe",  "oem", "oen",  "oeo",
    "oet",  "oi",  "ok",   "om",   "on",  "ong", "ooc", "oong", "op",
    "ot",   "ô",   "ôc",   "ôi",   "ôk",  "ôm",  "ôn",  "ông",  "ôp",
    "ôt",   "ơ",   "ơi",   "ơm",   "ơn",  "ơng", "ơp",  "ơt",   "u",
    "ua",   "uân", "uâng", "uât",  "uây", "uc",  "uê",  "uêch", "uênh",
    "ui",   "uk",  "um",   "un",   "ung", "uôc", "uôi", "uôm",  "uôn",
    "uông", "uôt", "uơ",   "up",   "ut",  "uy",  "uya", "uych", "uyên",
    "uyêt", "uyn", "uynh", "uyp",  "uyt", "uyu", "ư",   "ưa",   "ưc",
    "ưi",   "ưm",  "ưn",   "ưng",  "ươc", "ươi", "ươm", "ươn",  "ương",
    "ươp",  "ươt", "ươu",  "ưt",   "ưu",  "y",   "yêm", "yên",  "yêng",
    "yêt",  "yêu", "yn",   "ynh",  "yt"};

#define COUNT(a) (sizeof(a) / sizeof *(a))

bool letter_is_vowel(const struct letter *letter)
{
    return letter->base < 128 && strchr("aeiouy", (int)letter->base) &&
           letter->base != 0;
}

static uint32_t compose(uint32_t base, uint32_t mark)
{
    utf8proc_int32_t pair[2] = {(utf8proc_int32_t)base, (utf8proc_int32_t)mark};
    utf8proc_ssize_t size =
        utf8proc_normalize_utf32(pair, 2, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    return size == 1 ? (uint32_t)pair[0] : base;
}

static uint32_t shaped(uint32_t base, enum letter_shape shape)
{
    switch (shape) {
    case SHAPE_CIRCUMFLEX:
        return compose(base, CIRCUMFLEX);
    case SHAPE_BREVE:
        return compose(base, BREVE);
    case SHAPE_HORN:
        return compose(base, HORN);
    case SHAPE_BAR:
        return 0x111; // đ has no decomposition
    case SHAPE_PLAIN:
        break;
    }
    return base;
}

void letter_append(const struct letter *letter, enum tone tone, struct buf *out)
{
    uint32_t base = shaped(letter->base, letter->shape);
    if (letter->upper)
        base = (uint32_t)utf8proc_toupper((utf8proc_int32_t)base);
    utf8proc_uint8_t bytes[8];
    utf8proc_ssize_t size = utf8proc_encode_char((utf8proc_int32_t)base, bytes);
    // Normalising puts a dot below under the circumflex where it belongs.
    if (tone != TONE_NONE)
        size += utf8proc_encode_char((utf8proc_int32_t)tone_marks[tone],
                                     bytes + size);
    if (!text_append_nfc((const char *)bytes, (size_t)size, out))
        out->failed = true;
}

static enum tone tone_of_mark(uint32_t mark)
{
    for (int tone = TONE_SAC; tone < TONE_COUNT; tone++)
        if (tone_marks[tone] == mark)
            return (enum tone)tone;
    return TONE_NONE;
}

static enum letter_shape shape_of_mark(uint32_t mark)
{
    return mark == CIRCUMFLEX ? SHAPE_CIRCUMFLEX
           : mark == BREVE    ? SHAPE_BREVE
           : mark == HORN     ? SHAPE_HORN
                              : SHAPE_PLAIN;
}

void letter_read(uint32_t code_point, struct letter *out, enum tone *out_tone)
{
    uint32_t lower = (uint32_t)utf8proc_tolower((utf8proc_int32_t)code_point);
    *out = (struct letter){lower, SHAPE_PLAIN, lower != code_point};
    *out_tone = TONE_NONE;
    if (lower == 0x111) {
        out->base = 'd';
        out->shape = SHAPE_BAR;
        return;
    }
    utf8proc_int32_t parts[4];
    int last_class = 0;
    utf8proc_ssize_t count =
        utf8proc_decompose_char((utf8proc_int32_t)lower, parts, COUNT(parts),
                                UTF8PROC_DECOMPOSE, &last_class);
    struct letter letter = *out;
    enum tone tone = TONE_NONE;
    if (count < 2 || count > 3 || parts[0] >= 128)
        return;
    letter.base = (uint32_t)parts[0];
    for (utf8proc_ssize_t i = 1; i < count; i++) {
        enum tone t = tone_of_mark((uint32_t)parts[i]);
        enum letter_shape shape = shape_of_mark((uint32_t)parts[i]);
        if (t == TONE_NONE && shape == SHAPE_PLAIN)
            return; // a mark that Vietnamese does not have
        if (t != TONE_NONE)
            tone = t;
        else
            letter.shape = shape;
    }
    if (!letter_is_vowel(&letter))
        return; // ŵ, ń: foreign
    *out = letter;
    *out_tone = tone;
}

// `whole`: a rime follows, so a beginning (the q of qu) does not do.
static bool is_initial(const char *text, bool whole)
{
    for (size_t i = 0; i < COUNT(initials); i++)
        if (strncmp(initials[i], text, strlen(text)) == 0 &&
            (!whole || !*text || strlen(initials[i]) == strlen(text)))
            return true;
    return false;
}

static bool is_rime(const char *text)
{
    for (size_t i = 0; i < COUNT(rimes); i++)
        if (strncmp(rimes[i], text, strlen(text)) == 0)
            return true;
    return false;
}

// The letters from..to in lower case, without tone, as one text.
static void spell(const struct letter *letters, size_t from, size_t to,
                  char out[64])
{
    size_t size = 0;
    for (size_t i = from; i < to && size + 5 < 64; i++) {
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t n = utf8proc_encode_char(
            (utf8proc_int32_t)shaped(letters[i].base, letters[i].shape), bytes);
        memcpy(out + size, bytes, (size_t)n);
        size += (size_t)n;
    }
    out[size] = '\0';
}

static bool split_at(const struct letter *letters, size_t count, size_t initial,
                     struct syllable *out)
{
    char text[64];
    spell(letters, 0, initial, text);
    if (!is_initial(text, initial < count))
        return false;
    spell(letters, initial, count, text);
    if (!is_rime(text))
        return false;
    size_t end = initial;
    while (end < count && letter_is_vowel(&letters[end]))
        end++;
    *out = (struct syllable){initial, end - initial, count - end};
    return true;
}

bool syllable_split(const struct letter *letters, size_t count,
                    struct syllable *out)
{
    if (count > SYLLABLE_LETTERS_MAX)
        return false;
    size_t consonants = 0;
    while (consonants < count && !letter_is_vowel(&letters[consonants]))
        consonants++;
    if (consonants == 1 && count > 2 && letters[2].base < 128 &&
        letter_is_vowel(&letters[2]) && letters[1].shape == SHAPE_PLAIN) {
        bool qu = letters[0].base == 'q' && letters[1].base == 'u';
        bool gi = letters[0].base == 'g' && letters[1].base == 'i';
        if ((qu || gi) && split_at(letters, count, 2, out))
            return true;
        if (qu)
            return false;
    }
    return split_at(letters, count, consonants, out);
}

bool syllable_takes_tone(const struct letter *letters,
                         const struct syllable *syllable, enum tone tone)
{
    if (tone == TONE_NONE)
        return true;
    if (syllable->vowels == 0)
        return false;
    if (syllable->final == 0 || tone == TONE_SAC || tone == TONE_NANG)
        return true;
    // Of the finals c ch k p t m n ng nh only the stops begin so, and nh, ng
    // begin with n.
    uint32_t first = letters[syllable->initial + syllable->vowels].base;
    return !strchr("ckpt", (int)first);
}

static bool is_pair(const struct letter *vowels, char first, char second)
{
    return vowels[0].base == (uint32_t)first &&
           vowels[1].base == (uint32_t)second;
}

size_t syllable_tone_place(const struct letter *letters,
                           const struct syllable *syllable,
                           enum tone_style style)
{
    size_t first = syllable->initial, count = syllable->vowels;
    const struct letter *vowels = letters + first;
    for (size_t i = count; i-- > 0;)
        if (vowels[i].shape != SHAPE_PLAIN)
            return first + i; // of ươ the ơ
    if (count == 1)
        return first;
    if (count == 3 || syllable->final > 0)
        return first + 1;
    bool glide = is_pair(vowels, 'o', 'a') || is_pair(vowels, 'o', 'e') ||
                 is_pair(vowels, 'u', 'y');
    return first + (glide && style == TONE_STYLE_NEW ? 1 : 0);
}
