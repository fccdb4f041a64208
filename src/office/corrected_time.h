// When a visit really was. Device clocks may be wrong by years; a batch tells
// how long the device had been up when it was sent, and each line how long when
// it was made, so within one boot the server's clock places the line. Pure.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum time_quality {
    TIME_ANCHORED,  // A: line and batch of the same boot
    TIME_BETWEEN,   // B: between anchored neighbours
    TIME_PLAUSIBLE, // C: the device's clock, within what is possible
    TIME_RECEIVED   // D: nothing better than when the line was made or came
};
char time_quality_letter(enum time_quality quality); // 'A' …

struct time_evidence {
    // of the line
    int64_t answered_at, closed_at; // device clock; 0: none
    const char *line_boot;
    int64_t line_up_ms;
    // of the batch
    const char *batch_boot; // NULL or "": not said
    int64_t batch_up_ms;
    int64_t received_at; // server clock
    // of the device
    int64_t enrolled_at; // server clock; nothing is older
};

// The time of the answer, or of the visit's end when nothing was answered.
int64_t time_correct(const struct time_evidence *evidence,
                     enum time_quality *out_quality);
