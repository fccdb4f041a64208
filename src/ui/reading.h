// What is said when, while a citizen listens ("Nghe đọc"): each screen of the
// visit as it appears, each target as it is touched, and an answer to what was
// done. The voice is ui/voice.h, the rule of touches ui/listen.h.
//
// - On entering, a screen's heading is read, and of the rating all levels in
//   the order in which they are shown. Nothing that is read by itself depends
//   on the level that was chosen; it is answered by "voice.chosen" alone.
// - The first touch of a target reads it, the second acts. Keys of a keyboard
//   act at once and are not read: what is typed is nobody's business.
// - A finger that goes down ends speech, but for the final thanks.
// - The tool itself sets how loud: off, soft, louder, loudest, off. Three bars
//   on it show which (struct view, loudness). Each is one turn of "touch to
//   hear, touch to act", so nobody loses the voice by exploring.
//
// Where the voice is lost in the middle of a visit (no loudspeaker, or no voice
// of the language that was switched to), touches act as they do for everybody.
//
// All of it is for the drawing thread.
#pragma once
#include "ui/listen.h"
#include "ui/screen.h"
#include "ui/voice.h"

struct reading {
    struct sound *sound; // borrowed
    struct voice *voice;
    struct listen listen;
    bool on; // somebody listens
    enum sound_step step;
    // What was read last.
    enum flow_screen screen;
    enum i18n_language language;
    bool large;
};

// `voice` (may be NULL) is taken over, `sound` outlives the reading.
void reading_open(struct reading *reading, struct sound *sound,
                  struct voice *voice);
void reading_close(struct reading *reading);

// Whether the tool can be there, with the device at this volume.
bool reading_is_offered(const struct reading *reading,
                        enum i18n_language language, int volume);
// 1 to 3; 0 while nobody listens.
unsigned reading_loudness(const struct reading *reading);

// A finger went down.
void reading_touch(const struct reading *reading);
// A tap on a target, before what it does. False: it was read, or only made
// louder, and nothing more is to happen.
bool reading_tap(struct reading *reading, const struct view *view,
                 const struct target *target);
// What a tap did has happened; `view` shows it.
void reading_answer(struct reading *reading, const struct view *view,
                    const struct target *target);
// After every step: begins and ends with the visit, and reads a screen that is
// new.
void reading_follow(struct reading *reading, const struct view *view);
