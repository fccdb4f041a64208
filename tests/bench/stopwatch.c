// Starts a program on an X display where nothing else is and measures it from
// outside: when what it shows is right, what it costs, how soon it answers a
// press. Prints one "name value" line a measure.
//
//   stopwatch --area X,Y,W,H --picture FILE [OPTION…] -- COMMAND…
//
// The area is what has to be right for the first frame to be usable. When the
// file does not exist, the area as it is after the settling time (or as soon as
// something is there) is kept in it and no first frame is measured. Then, in
// this order and each only when asked:
//
//   --settle MS    wait (1,500), then memory and processor time
//   --click X,Y    click and wait 700 ms; may be given several times
//   --presses N    press at --at X,Y until --press-area changes, then leave to
//                  --off X,Y and release until it is as before
//   --saves N      click at --at X,Y until the window's title is "saved I MS";
//                  prints each MS
//   --rest MS      leave it alone, then measure --windows N of --window MS
//
// Measures: exec_us, first_ms, first_cpu_ms, settled_cpu_ms, pss_mib, rss_mib,
// press_ms (one a press), press_cpu_ms, save_ms (one a save), idle_cpu_pct and
// idle_wakeups (one a window). Exit: 0 done, 1 failed, 2 usage.
#include "bench/family.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <X11/extensions/Xdamage.h>
#include <X11/extensions/XTest.h>
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>

enum {
    CLICKS_MAX = 8,
    PATIENCE_MS = 20000,
    AFTER_CLICK_MS = 700,
    BETWEEN_PRESSES_MS = 150,
    TITLE_SIZE = 200
};

struct area {
    int x, y, w, h;
};

struct stopwatch {
    Display *display;
    Window root;
    int damage_event; // the first of the extension's
    struct family family;

    const char *picture;
    struct area area, press_area;
    int64_t settle_ms, rest_ms, window_ms;
    long presses, saves, windows;
    struct area clicks[CLICKS_MAX], at, off; // points: no size
    size_t click_count;
};

static bool fail(const char *what)
{
    fprintf(stderr, "stopwatch: %s\n", what);
    return false;
}

// --- What is on the screen ---------------------------------------------------

static XImage *grab(const struct stopwatch *s, const struct area *area)
{
    return XGetImage(s->display, s->root, area->x, area->y, (unsigned)area->w,
                     (unsigned)area->h, AllPlanes, ZPixmap);
}

static size_t size_of(const XImage *image)
{
    return (size_t)image->bytes_per_line * (size_t)image->height;
}

static bool same(const XImage *a, const XImage *b)
{
    return size_of(a) == size_of(b) &&
           memcmp(a->data, b->data, size_of(a)) == 0;
}

// Waits until something was drawn, and takes note of all that was. False when
// nothing was until `end`.
static bool wait_drawn(const struct stopwatch *s, int64_t end, int64_t *out_us)
{
    XEvent event;
    while (!XPending(s->display)) {
        struct pollfd socket = {ConnectionNumber(s->display), POLLIN, 0};
        int64_t left = end - monotonic_us();
        if (left <= 0)
            return false;
        poll(&socket, 1, (int)(left / 1000) + 1);
    }
    *out_us = monotonic_us();
    while (XPending(s->display))
        XNextEvent(s->display, &event);
    return true;
}

// Waits until the area is (or is no longer) as `picture`. The time is that of
// the drawing, not of the look at it.
static bool wait_picture(const struct stopwatch *s, const struct area *area,
                         const XImage *picture, bool equal, int64_t *out_us)
{
    int64_t end = monotonic_us() + PATIENCE_MS * 1000;
    while (wait_drawn(s, end, out_us)) {
        XImage *seen = grab(s, area);
        bool reached = seen && same(seen, picture) == equal;
        if (seen)
            XDestroyImage(seen);
        if (reached)
            return true;
    }
    return fail(equal ? "the picture never comes" : "a press changes nothing");
}

static void forget_drawn(const struct stopwatch *s)
{
    XSync(s->display, True);
}

// Nothing but one colour: the program does not show itself yet.
static bool is_blank(const XImage *image)
{
    return memcmp(image->data, image->data + 4, size_of(image) - 4) == 0;
}

static bool keep_picture(const struct stopwatch *s)
{
    int64_t end = monotonic_us() + PATIENCE_MS * 1000;
    XImage *image = grab(s, &s->area);
    while (image && is_blank(image) && monotonic_us() < end) {
        XDestroyImage(image);
        sleep_ms(s->settle_ms);
        image = grab(s, &s->area);
    }
    FILE *file = fopen(s->picture, "wb");
    bool ok = image && file &&
              fwrite(image->data, 1, size_of(image), file) == size_of(image);
    if (file && fclose(file) != 0)
        ok = false;
    if (image)
        XDestroyImage(image);
    return ok || fail("the picture cannot be kept");
}

// An image of the area with what the file holds.
static XImage *read_picture(const struct stopwatch *s, FILE *file)
{
    XImage *image = grab(s, &s->area);
    if (image && fread(image->data, 1, size_of(image), file) == size_of(image))
        return image;
    if (image)
        XDestroyImage(image);
    fail("the picture is not one of this area");
    return NULL;
}

// --- Hands -------------------------------------------------------------------

static void move(const struct stopwatch *s, const struct area *to)
{
    XTestFakeMotionEvent(s->display, -1, to->x, to->y, 0);
    XSync(s->display, False);
}

static void button(const struct stopwatch *s, bool down)
{
    XTestFakeButtonEvent(s->display, 1, down, 0);
    XSync(s->display, False);
}

static void click(const struct stopwatch *s, const struct area *at)
{
    move(s, at);
    button(s, true);
    sleep_ms(50);
    button(s, false);
}

// --- Measures ----------------------------------------------------------------

static void tell(const char *name, double value)
{
    printf("%s %.4f\n", name, value);
}

static double cpu_ms(void)
{
    return (double)family_cpu_us() / 1000;
}

static bool time_first(const struct stopwatch *s, FILE *picture_file)
{
    int64_t at = 0;
    XImage *picture = read_picture(s, picture_file);
    if (!picture)
        return false;
    bool ok = wait_picture(s, &s->area, picture, true, &at);
    double cpu = cpu_ms();
    if (ok) {
        tell("first_ms", (double)(at - s->family.began_us) / 1000);
        tell("first_cpu_ms", cpu);
    }
    XDestroyImage(picture);
    return ok;
}

static void measure_settled(void)
{
    tell("settled_cpu_ms", cpu_ms());
    struct family_memory memory = family_memory();
    tell("pss_mib", (double)memory.pss_kib / 1024);
    tell("rss_mib", (double)memory.rss_kib / 1024);
}

static bool time_press(const struct stopwatch *s)
{
    int64_t drawn = 0;
    move(s, &s->at);
    sleep_ms(BETWEEN_PRESSES_MS);
    XImage *before = grab(s, &s->press_area);
    if (!before)
        return fail("the screen cannot be read");
    forget_drawn(s);
    int64_t pressed = monotonic_us();
    XTestFakeButtonEvent(s->display, 1, True, 0);
    XFlush(s->display);
    bool ok = wait_picture(s, &s->press_area, before, false, &drawn);
    if (ok) {
        tell("press_ms", (double)(drawn - pressed) / 1000);
        sleep_ms(BETWEEN_PRESSES_MS);
        forget_drawn(s);
        move(s, &s->off);
        button(s, false);
        ok = wait_picture(s, &s->press_area, before, true, &drawn);
    }
    XDestroyImage(before);
    return ok;
}

static bool time_presses(const struct stopwatch *s)
{
    double before = cpu_ms();
    for (long i = 0; i < s->presses; i++)
        if (!time_press(s))
            return false;
    sleep_ms(BETWEEN_PRESSES_MS);
    if (s->presses > 0)
        tell("press_cpu_ms", (cpu_ms() - before) / (double)s->presses);
    return true;
}

// "saved I MS" in the title of the window or of one inside it.
static bool find_saved(const struct stopwatch *s, Window window, long wanted,
                       double *out_ms)
{
    Window root, parent, *children = NULL;
    unsigned count = 0;
    XTextProperty text = {0};
    long saved;
    bool found =
        XGetTextProperty(s->display, window, &text,
                         XInternAtom(s->display, "_NET_WM_NAME", False)) &&
        text.value &&
        sscanf((char *)text.value, "saved %ld %lf", &saved, out_ms) == 2 &&
        saved == wanted;
    XFree(text.value);
    if (found ||
        !XQueryTree(s->display, window, &root, &parent, &children, &count))
        return found;
    for (unsigned i = 0; i < count && !found; i++)
        found = find_saved(s, children[i], wanted, out_ms);
    XFree(children);
    return found;
}

static bool time_saves(const struct stopwatch *s)
{
    for (long i = 1; i <= s->saves; i++) {
        double ms;
        int64_t end = monotonic_us() + PATIENCE_MS * 1000;
        click(s, &s->at);
        while (!find_saved(s, s->root, i, &ms)) {
            if (monotonic_us() > end)
                return fail("the page does not save");
            sleep_ms(20);
        }
        tell("save_ms", ms);
        sleep_ms(BETWEEN_PRESSES_MS);
    }
    return true;
}

static void measure_idle(const struct stopwatch *s)
{
    sleep_ms(s->rest_ms);
    for (long i = 0; i < s->windows; i++) {
        double cpu = cpu_ms();
        int64_t wakeups = family_wakeups(), began = monotonic_us();
        sleep_ms(s->window_ms);
        double ms = (double)(monotonic_us() - began) / 1000;
        tell("idle_cpu_pct", (cpu_ms() - cpu) * 100 / ms);
        tell("idle_wakeups", (double)(family_wakeups() - wakeups) * 1000 / ms);
    }
}

static bool measure(const struct stopwatch *s)
{
    FILE *picture = fopen(s->picture, "rb");
    bool ok = !picture || time_first(s, picture);
    if (picture)
        fclose(picture);
    sleep_ms(s->settle_ms);
    if (!ok || !(picture || keep_picture(s)))
        return false;
    if (picture)
        measure_settled();
    for (size_t i = 0; i < s->click_count; i++) {
        click(s, &s->clicks[i]);
        sleep_ms(AFTER_CLICK_MS);
    }
    if (!time_presses(s) || !time_saves(s))
        return false;
    if (s->windows > 0)
        measure_idle(s);
    return family_is_alive(&s->family) || fail("the program ended by itself");
}

// --- Options -----------------------------------------------------------------

static bool read_area(const char *text, struct area *out)
{
    return sscanf(text, "%d,%d,%d,%d", &out->x, &out->y, &out->w, &out->h) == 4;
}

static bool read_point(const char *text, struct area *out)
{
    return sscanf(text, "%d,%d", &out->x, &out->y) == 2;
}

static bool read_option(struct stopwatch *s, const char *name,
                        const char *value)
{
    const struct {
        const char *name;
        struct area *area, *point;
        int64_t *ms;
        long *count;
    } options[] = {{"--area", .area = &s->area},
                   {"--press-area", .area = &s->press_area},
                   {"--at", .point = &s->at},
                   {"--off", .point = &s->off},
                   {"--settle", .ms = &s->settle_ms},
                   {"--rest", .ms = &s->rest_ms},
                   {"--window", .ms = &s->window_ms},
                   {"--presses", .count = &s->presses},
                   {"--saves", .count = &s->saves},
                   {"--windows", .count = &s->windows}};
    if (strcmp(name, "--picture") == 0) {
        s->picture = value;
        return true;
    }
    if (strcmp(name, "--click") == 0)
        return s->click_count < CLICKS_MAX &&
               read_point(value, &s->clicks[s->click_count++]);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strcmp(name, options[i].name) != 0)
            continue;
        if (options[i].area)
            return read_area(value, options[i].area);
        if (options[i].point)
            return read_point(value, options[i].point);
        if (options[i].ms)
            return (*options[i].ms = atoll(value)) >= 0;
        return (*options[i].count = atol(value)) >= 0;
    }
    return false;
}

static bool open_display(struct stopwatch *s)
{
    int error;
    s->display = XOpenDisplay(NULL);
    if (!s->display)
        return fail("no X display; set DISPLAY");
    if (!XDamageQueryExtension(s->display, &s->damage_event, &error))
        return fail("the X server has no DAMAGE extension");
    s->root = DefaultRootWindow(s->display);
    // Everything that is drawn anywhere, for windows are the root's children.
    XDamageCreate(s->display, s->root, XDamageReportRawRectangles);
    move(s, &(struct area){0, 0, 0, 0});
    return true;
}

static int ignore_error(Display *display, XErrorEvent *event)
{
    // A window that went away while titles are read.
    (void)display;
    (void)event;
    return 0;
}

int main(int argc, char **argv)
{
    struct stopwatch s = {.settle_ms = 1500, .window_ms = 10000};
    int i = 1;
    bool ok = true;
    for (; ok && i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2)
        ok = read_option(&s, argv[i], argv[i + 1]);
    if (!ok || !s.picture || s.area.w <= 0 || i + 1 >= argc) {
        fputs("usage: stopwatch --area X,Y,W,H --picture FILE [OPTION…] -- "
              "COMMAND…\n",
              stderr);
        return 2;
    }
    XSetErrorHandler(ignore_error);
    if (!open_display(&s) || !family_start(&s.family, argv + i + 1))
        return 1;
    printf("exec_us %lld\n", (long long)s.family.began_us);
    ok = measure(&s);
    family_end(&s.family);
    XCloseDisplay(s.display);
    return ok ? 0 : 1;
}
