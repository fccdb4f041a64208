// For tests of what is looked for by its day, or holds from a day on: no
// midnight of Vietnam lies among what they make.
#pragma once

// Comes back at once, but near a midnight: then when it was a minute ago. What
// is made in the next `seconds` is of one day, and so is what was then a minute
// before: as the server places a rating whose device waited after it.
void one_day_for(int seconds);
