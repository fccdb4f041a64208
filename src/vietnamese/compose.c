#include "vietnamese/compose.h"
#include "vietnamese/text.h"
#include <string.h>
#include <utf8proc.h>

// A tone key of the screen keyboard lies in the keys as its combining mark.
static const uint32_t tone_keys[TONE_COUNT] = {0,     0x301, 0x300,
                                               0x309, 0x303, 0x323};

enum action_kind { ACT_LETTER, ACT_TONE, ACT_CLEAR, ACT_SHAPE, ACT_BAR };
struct action {
    enum action_kind kind;
    enum tone tone;
    bool circumflex, horn, breve; // what a shape key may give
    uint32_t only;                // the base it acts on; 0: any
};

// The word while its keys are worked through.
struct word {
    struct letter letters[COMPOSE_WORD_MAX];
    bool from_key[COMPOSE_WORD_MAX]; // the shape came from a mark key
    bool lone_w[COMPOSE_WORD_MAX];   // the whole letter is a w
    size_t count;
    enum tone tone;
    bool literal;  // a mark was undone: the rest is as typed
    bool tone_key; // a key of the screen keyboard set the tone: no letter to
                   // show in its stead
};

static struct action telex_action(uint32_t key)
{
    static const char tones[TONE_COUNT] = {0, 's', 'f', 'r', 'x', 'j'};
    struct action action = {.kind = ACT_LETTER};
    for (int tone = TONE_SAC; tone < TONE_COUNT; tone++)
        if (key == (uint32_t)tones[tone])
            return (struct action){.kind = ACT_TONE, .tone = (enum tone)tone};
    switch (key) {
    case 'z':
        action.kind = ACT_CLEAR;
        break;
    case 'a':
    case 'e':
    case 'o':
        action =
            (struct action){.kind = ACT_SHAPE, .circumflex = true, .only = key};
        break;
    case 'w':
        action =
            (struct action){.kind = ACT_SHAPE, .horn = true, .breve = true};
        break;
    case 'd':
        action.kind = ACT_BAR;
        break;
    default:
        break;
    }
    return action;
}

static struct action vni_action(uint32_t key)
{
    if (key >= '1' && key <= '5')
        return (struct action){.kind = ACT_TONE,
                               .tone = (enum tone)(key - '0')};
    switch (key) {
    case '0':
        return (struct action){.kind = ACT_CLEAR};
    case '6':
        return (struct action){.kind = ACT_SHAPE, .circumflex = true};
    case '7':
        return (struct action){.kind = ACT_SHAPE, .horn = true};
    case '8':
        return (struct action){.kind = ACT_SHAPE, .breve = true};
    case '9':
        return (struct action){.kind = ACT_BAR};
    default:
        return (struct action){.kind = ACT_LETTER};
    }
}

static void add_letter(struct word *word, uint32_t code_point)
{
    enum tone tone;
    size_t i = word->count++;
    letter_read(code_point, &word->letters[i], &tone);
    word->from_key[i] = word->lone_w[i] = false;
    if (tone != TONE_NONE)
        word->tone = tone;
}

// The key after an undo: it is typed, and so is the rest of the word.
static void type_literal(struct word *word, uint32_t code_point)
{
    word->literal = true;
    add_letter(word, code_point);
}

static bool has_vowel(const struct word *word)
{
    for (size_t i = 0; i < word->count; i++)
        if (letter_is_vowel(&word->letters[i]))
            return true;
    return false;
}

static bool is_syllable(const struct word *word)
{
    struct syllable syllable;
    return syllable_split(word->letters, word->count, &syllable);
}

// Where u + o stand together outside qu; false when nowhere.
static bool find_uo(const struct word *word, size_t *out)
{
    for (size_t i = 0; i + 1 < word->count; i++) {
        bool in_qu = i == 1 && word->letters[0].base == 'q';
        if (word->letters[i].base == 'u' && word->letters[i + 1].base == 'o' &&
            !in_qu) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool try_shape(struct word *word, size_t i, enum letter_shape shape)
{
    if (word->letters[i].shape == shape)
        return false;
    struct word before = *word;
    word->letters[i].shape = shape;
    word->from_key[i] = true;
    if (is_syllable(word))
        return true;
    *word = before;
    return false;
}

// One key marks uo as ươ, or as uơ while nothing follows (thuở, quơ); what is
// typed later makes the second the first.
static bool shape_uo(struct word *word)
{
    size_t i;
    if (!find_uo(word, &i))
        return false;
    struct word before = *word;
    bool changed = false;
    if (i + 2 < word->count && word->letters[i].shape != SHAPE_HORN) {
        word->letters[i].shape = SHAPE_HORN;
        word->from_key[i] = changed = true;
    }
    if (word->letters[i + 1].shape != SHAPE_HORN) {
        word->letters[i + 1].shape = SHAPE_HORN;
        word->from_key[i + 1] = changed = true;
    }
    if (changed && is_syllable(word))
        return true;
    *word = before;
    return false;
}

static bool shape_any(struct word *word, const struct action *action)
{
    if (action->horn && shape_uo(word))
        return true;
    for (size_t i = word->count; action->circumflex && i-- > 0;) {
        uint32_t base = word->letters[i].base;
        bool fits = base == 'a' || base == 'e' || base == 'o';
        if (fits && (!action->only || action->only == base) &&
            try_shape(word, i, SHAPE_CIRCUMFLEX))
            return true;
    }
    for (size_t i = 0; i < word->count; i++) {
        uint32_t base = word->letters[i].base;
        if (action->breve && base == 'a' && try_shape(word, i, SHAPE_BREVE))
            return true;
        if (action->horn && (base == 'o' || base == 'u') &&
            try_shape(word, i, SHAPE_HORN))
            return true;
    }
    return false;
}

static bool gives(const struct action *action, const struct letter *letter)
{
    if (action->only && action->only != letter->base)
        return false;
    return (action->circumflex && letter->shape == SHAPE_CIRCUMFLEX) ||
           (action->horn && letter->shape == SHAPE_HORN) ||
           (action->breve && letter->shape == SHAPE_BREVE);
}

// Takes back what this key gave; false when it gave nothing, or when the word
// is no syllable and shown as typed anyway (windows).
static bool undo_shape(struct word *word, const struct action *action,
                       uint32_t code_point)
{
    bool found = false;
    if (!is_syllable(word))
        return false;
    for (size_t i = 0; i < word->count; i++) {
        if (!word->from_key[i] || !gives(action, &word->letters[i]))
            continue;
        if (word->lone_w[i]) {
            word->letters[i].base = 'w';
            word->letters[i].shape = SHAPE_PLAIN;
            word->literal = true;
            return true;
        }
        word->letters[i].shape = SHAPE_PLAIN;
        word->from_key[i] = false;
        found = true;
    }
    if (found) {
        add_letter(word, code_point);
        // oo is the one pair that a syllable may hold (boong): there typing
        // goes on, and a tone still has its place.
        word->literal = !is_syllable(word);
    }
    return found;
}

static void apply_shape(struct word *word, const struct action *action,
                        uint32_t code_point, uint32_t key)
{
    if (shape_any(word, action) || undo_shape(word, action, code_point))
        return;
    size_t i = word->count;
    add_letter(word, code_point);
    if (key != 'w' || has_vowel(word))
        return;
    struct word before = *word;
    word->letters[i].base = 'u';
    word->letters[i].shape = SHAPE_HORN;
    word->from_key[i] = word->lone_w[i] = true;
    if (!is_syllable(word))
        *word = before;
}

static void apply_bar(struct word *word, uint32_t code_point)
{
    struct letter *first = &word->letters[0];
    bool starts = word->count > 0 && first->base == 'd' &&
                  (word->count == 1 || letter_is_vowel(&word->letters[1]));
    if (starts && first->shape == SHAPE_PLAIN) {
        first->shape = SHAPE_BAR;
        word->from_key[0] = true;
    } else if (starts && word->from_key[0]) {
        first->shape = SHAPE_PLAIN;
        word->from_key[0] = false;
        type_literal(word, code_point);
    } else {
        add_letter(word, code_point);
    }
}

static void apply_tone(struct word *word, enum tone tone, uint32_t code_point)
{
    if (!has_vowel(word)) {
        add_letter(word, code_point);
    } else if (word->tone == tone && is_syllable(word)) {
        word->tone = TONE_NONE;
        type_literal(word, code_point);
    } else {
        word->tone = tone;
    }
}

static bool apply_tone_key(struct word *word, uint32_t code_point)
{
    for (int tone = TONE_SAC; tone < TONE_COUNT; tone++) {
        if (tone_keys[tone] != code_point)
            continue;
        word->tone_key = true;
        word->tone =
            word->tone == (enum tone)tone ? TONE_NONE : (enum tone)tone;
        return true;
    }
    return false;
}

static void apply_key(struct word *word, enum compose_method method,
                      const struct compose_key *key)
{
    uint32_t code_point = key->code_point;
    if (apply_tone_key(word, code_point))
        return;
    if (key->fixed || word->literal) {
        add_letter(word, code_point);
        return;
    }
    uint32_t lower = code_point >= 'A' && code_point <= 'Z'
                         ? code_point + ('a' - 'A')
                         : code_point;
    struct action action =
        method == COMPOSE_TELEX ? telex_action(lower) : vni_action(lower);
    switch (action.kind) {
    case ACT_TONE:
        apply_tone(word, action.tone, code_point);
        break;
    case ACT_CLEAR:
        if (word->tone != TONE_NONE)
            word->tone = TONE_NONE;
        else
            add_letter(word, code_point);
        break;
    case ACT_SHAPE:
        apply_shape(word, &action, code_point, lower);
        break;
    case ACT_BAR:
        apply_bar(word, code_point);
        break;
    case ACT_LETTER:
        add_letter(word, code_point);
        break;
    }
}

// uơ or ưo that something follows is ươ: no syllable is written otherwise.
static void close_uo(struct word *word)
{
    size_t i;
    if (word->literal || !find_uo(word, &i) || i + 2 == word->count)
        return;
    struct letter *u = &word->letters[i], *o = u + 1;
    if (u->shape == SHAPE_HORN && o->shape == SHAPE_PLAIN)
        o->shape = SHAPE_HORN;
    else if (o->shape == SHAPE_HORN)
        u->shape = SHAPE_HORN;
}

static void read_keys(const struct composer *composer, struct word *out)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < composer->key_count; i++) {
        apply_key(out, composer->method, &composer->keys[i]);
        close_uo(out);
    }
}

// The vowels of a word that is no syllable any more (after an undo), so that
// a tone set before has a place.
static bool loose_split(const struct word *word, struct syllable *out)
{
    size_t first = 0;
    while (first < word->count && !letter_is_vowel(&word->letters[first]))
        first++;
    size_t end = first;
    while (end < word->count && letter_is_vowel(&word->letters[end]))
        end++;
    *out = (struct syllable){first, end - first, 0};
    return out->vowels > 0 && out->vowels <= 3;
}

// True when the word is to be shown as composed, with its tone at `place`
// (word->count: nowhere); false when the keys themselves are.
static bool place_tone(const struct composer *composer, const struct word *word,
                       size_t *out_place)
{
    struct syllable syllable;
    bool whole = syllable_split(word->letters, word->count, &syllable) &&
                 syllable_takes_tone(word->letters, &syllable, word->tone);
    if (!whole && !word->literal && !word->tone_key)
        return false;
    *out_place = word->count;
    if (word->tone != TONE_NONE && (whole || loose_split(word, &syllable)) &&
        syllable.vowels > 0)
        *out_place =
            syllable_tone_place(word->letters, &syllable, composer->style);
    return true;
}

static void append_code_point(uint32_t code_point, struct buf *out)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t size =
        utf8proc_encode_char((utf8proc_int32_t)code_point, bytes);
    buf_append(out, bytes, (size_t)size);
}

static void wipe(struct buf *buf)
{
    if (buf->data)
        memset(buf->data, 0, buf->capacity);
    buf_clear(buf);
}

static bool show(struct composer *composer)
{
    struct word word;
    size_t place;
    read_keys(composer, &word);
    buf_clear(&composer->text);
    buf_append(&composer->text, composer->done.data, composer->done.size);
    if (place_tone(composer, &word, &place)) {
        for (size_t i = 0; i < word.count; i++)
            letter_append(&word.letters[i], i == place ? word.tone : TONE_NONE,
                          &composer->text);
    } else {
        for (size_t i = 0; i < composer->key_count; i++)
            append_code_point(composer->keys[i].code_point, &composer->text);
    }
    return buf_ok(&composer->text) && buf_ok(&composer->done);
}

void compose_init(struct composer *composer, enum compose_method method,
                  enum tone_style style)
{
    memset(composer, 0, sizeof *composer);
    composer->method = method;
    composer->style = style;
}

void compose_clear(struct composer *composer)
{
    wipe(&composer->done);
    wipe(&composer->text);
    memset(composer->keys, 0, sizeof composer->keys);
    composer->key_count = 0;
}

void compose_free(struct composer *composer)
{
    compose_clear(composer);
    buf_free(&composer->done);
    buf_free(&composer->text);
}

static bool is_word_key(const struct composer *composer, uint32_t code_point)
{
    if (code_point >= '0' && code_point <= '9')
        return composer->method == COMPOSE_VNI && composer->key_count > 0;
    utf8proc_category_t category =
        utf8proc_category((utf8proc_int32_t)code_point);
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL;
}

// The word as shown becomes plain text.
static void end_word(struct composer *composer)
{
    wipe(&composer->done);
    buf_append(&composer->done, composer->text.data, composer->text.size);
    composer->key_count = 0;
}

// Up to here every code point is NFC by itself, and joins nothing before it.
enum { LAST_ALONE = 0x2ff };

// The letter that is the same in NFC: some have a twin (the ångström sign).
static uint32_t twin_of(uint32_t code_point)
{
    utf8proc_int32_t twin = (utf8proc_int32_t)code_point;
    struct buf as_typed = {0}, normal = {0};
    append_code_point(code_point, &as_typed);
    if (text_append_nfc(as_typed.data, as_typed.size, &normal))
        utf8proc_iterate((const utf8proc_uint8_t *)normal.data,
                         (utf8proc_ssize_t)normal.size, &twin);
    buf_free(&as_typed);
    buf_free(&normal);
    return (uint32_t)twin;
}

// What is no letter: a mark that comes by itself joins the letter before it.
static bool append_apart(uint32_t code_point, struct buf *text)
{
    struct buf normal = {0};
    append_code_point(code_point, text);
    if (code_point <= LAST_ALONE)
        return true;
    bool done = text_append_nfc(text->data, text->size, &normal);
    if (done) {
        wipe(text);
        buf_append(text, normal.data, normal.size);
        wipe(&normal);
    }
    buf_free(&normal);
    return done;
}

bool compose_type(struct composer *composer, uint32_t code_point)
{
    if (code_point == 0 ||
        !utf8proc_codepoint_valid((utf8proc_int32_t)code_point))
        return true;
    if (!is_word_key(composer, code_point) ||
        composer->key_count == COMPOSE_WORD_MAX)
        end_word(composer);
    if (is_word_key(composer, code_point)) {
        if (code_point > LAST_ALONE)
            code_point = twin_of(code_point);
        composer->keys[composer->key_count++] =
            (struct compose_key){code_point, false};
    } else if (!append_apart(code_point, &composer->done)) {
        return false;
    }
    return show(composer);
}

bool compose_tone(struct composer *composer, enum tone tone)
{
    if (tone == TONE_NONE || composer->key_count == COMPOSE_WORD_MAX)
        return false;
    struct word word;
    struct syllable syllable;
    read_keys(composer, &word);
    if (!syllable_split(word.letters, word.count, &syllable) ||
        !syllable_takes_tone(word.letters, &syllable, tone))
        return false;
    composer->keys[composer->key_count++] =
        (struct compose_key){tone_keys[tone], true};
    return show(composer);
}

// Takes the letters at the end of the text as the word being typed. A tone
// goes with its letter: a letter that is read back brings it along.
static void resume_word(struct composer *composer)
{
    const char *text = compose_text(composer);
    size_t end = compose_size(composer), start = end;
    struct compose_key keys[COMPOSE_WORD_MAX];
    size_t count = 0;
    while (start > 0 && count < COMPOSE_WORD_MAX - 1) {
        size_t at = start - text_last_letter(text, start);
        utf8proc_int32_t code_point;
        utf8proc_ssize_t size =
            utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                             (utf8proc_ssize_t)(start - at), &code_point);
        utf8proc_category_t category =
            size > 0 ? utf8proc_category(code_point) : 0;
        if (size != (utf8proc_ssize_t)(start - at) ||
            (category != UTF8PROC_CATEGORY_LU &&
             category != UTF8PROC_CATEGORY_LL))
            break;
        keys[count++] = (struct compose_key){(uint32_t)code_point, true};
        start = at;
    }
    composer->key_count = count;
    for (size_t i = 0; i < count; i++)
        composer->keys[i] = keys[count - 1 - i];
    wipe(&composer->done);
    buf_append(&composer->done, text, start);
}

void compose_backspace(struct composer *composer)
{
    size_t last =
        text_last_letter(compose_text(composer), compose_size(composer));
    composer->text.size -= last;
    if (composer->text.data)
        composer->text.data[composer->text.size] = '\0';
    resume_word(composer);
    show(composer);
}

const char *compose_text(const struct composer *composer)
{
    return buf_text(&composer->text);
}

size_t compose_size(const struct composer *composer)
{
    return composer->text.size;
}

bool compose_find(const char *name, enum compose_method *out_method,
                  enum tone_style *out_style)
{
    static const struct {
        const char *name;
        enum compose_method method;
        enum tone_style style;
    } ways[] = {{"telex", COMPOSE_TELEX, TONE_STYLE_OLD},
                {"telex-new", COMPOSE_TELEX, TONE_STYLE_NEW},
                {"vni", COMPOSE_VNI, TONE_STYLE_OLD},
                {"vni-new", COMPOSE_VNI, TONE_STYLE_NEW}};
    for (size_t i = 0; name && i < sizeof ways / sizeof ways[0]; i++) {
        if (strcmp(name, ways[i].name) != 0)
            continue;
        *out_method = ways[i].method;
        *out_style = ways[i].style;
        return true;
    }
    return false;
}
