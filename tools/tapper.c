// Plays a citizen at the window system: reads what the kiosk shows from its
// trace, and clicks there with real X events (XTEST). It knows nothing of the
// program but its trace and its window.
//
//   tapper --trace FILE [--class NAME] [--patience MS] [SCRIPT]
//
// The script (a file, or standard input) holds one step a line:
//
//   wait SCREEN [SCREEN …]  until one of these screens is shown
//   tap TARGET              click the middle of a target of this screen
//   tap X Y                 click a point of the window, in pixels
//   press TARGET MS         hold the button down so long
//   type TEXT               as a scanner does: fast keys, ended by Enter
//   key NAME [NAME …]       one key ("Escape"), those before it held ("Alt_L")
//   saved                   until a ledger line was saved since the last
//   "saved" draft                   likewise, for a draft rest MS do nothing
//   shot FILE               picture of the whole X screen (ImageMagick)
//   resize W H              change the window's size
//   quit                    end the script
//
// "#" starts a comment. Each step that waits gives up after the patience
// (default 60,000 ms). Exit: 0 done, 1 a step failed (said on standard error
// with its line), 2 usage.
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <X11/extensions/XTest.h>
#include <X11/Xatom.h>
#include <X11/XKBlib.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>

enum {
    TARGETS_MAX = 128,
    NAME_SIZE = 64,
    // The kiosk ignores touches for 350 ms after a screen change.
    DEAD_MS = 380,
    // Longer than a busy machine may let the kiosk wait for its turn: it sees
    // no press that is shorter than 30 ms when it looks.
    HOLD_MS = 160,
    POLL_MS = 5,
    KEY_MS = 4, // between two keys of a scanner
    HELD_MAX = 3
};

struct target {
    char id[NAME_SIZE];
    double x, y, w, h;
};

struct tapper {
    Display *display;
    Window window;
    const char *class_name;
    FILE *trace;
    char *line; // what was read of a line not yet ended
    size_t line_size, line_capacity;
    char screen[NAME_SIZE];
    int64_t screen_us;
    struct target targets[TARGETS_MAX];
    size_t target_count;
    long saved, saved_seen, drafts, drafts_seen;
    int64_t patience_ms;
    int step; // line of the script
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void rest_ms(int64_t ms)
{
    if (ms <= 0)
        return;
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        ;
}

static void take_screen(struct tapper *t, json_t *event)
{
    const char *name = json_string_value(json_object_get(event, "name"));
    if (!name)
        return;
    if (strcmp(name, t->screen) != 0)
        t->screen_us = json_integer_value(json_object_get(event, "t"));
    snprintf(t->screen, sizeof t->screen, "%s", name);
    t->target_count = 0;
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(event, "targets"), i, item)
    {
        const char *id = json_string_value(json_object_get(item, "id"));
        if (!id || t->target_count == TARGETS_MAX)
            continue;
        struct target *target = &t->targets[t->target_count++];
        snprintf(target->id, sizeof target->id, "%s", id);
        target->x = json_number_value(json_object_get(item, "x"));
        target->y = json_number_value(json_object_get(item, "y"));
        target->w = json_number_value(json_object_get(item, "w"));
        target->h = json_number_value(json_object_get(item, "h"));
    }
}

static void take_event(struct tapper *t, const char *line)
{
    json_t *event = json_loads(line, 0, NULL);
    const char *ev = json_string_value(json_object_get(event, "ev"));
    if (ev && strcmp(ev, "screen") == 0)
        take_screen(t, event);
    else if (ev && strcmp(ev, "saved") == 0)
        t->saved++;
    else if (ev && strcmp(ev, "draft") == 0)
        t->drafts++;
    json_decref(event);
}

// The next event that the kiosk has written; false: there is none yet.
static bool read_event(struct tapper *t)
{
    clearerr(t->trace);
    int c;
    while ((c = getc(t->trace)) != EOF) {
        if (t->line_size + 1 >= t->line_capacity) {
            size_t wanted = t->line_capacity ? t->line_capacity * 2 : 1024;
            char *grown = realloc(t->line, wanted);
            if (!grown)
                exit(1);
            t->line = grown;
            t->line_capacity = wanted;
        }
        if (c == '\n') {
            t->line[t->line_size] = '\0';
            take_event(t, t->line);
            t->line_size = 0;
            return true;
        }
        t->line[t->line_size++] = (char)c;
    }
    return false;
}

// To where the kiosk stands now.
static void follow_trace(struct tapper *t)
{
    while (read_event(t))
        ;
}

static bool fail(const struct tapper *t, const char *what, const char *name)
{
    fprintf(stderr, "tapper: line %d: %s %s (screen shown: %s)\n", t->step,
            what, name, t->screen[0] ? t->screen : "none");
    return false;
}

static bool is_class(Display *display, Window window, const char *name)
{
    XClassHint hint = {0};
    if (!XGetClassHint(display, window, &hint))
        return false;
    bool found = (hint.res_name && strcmp(hint.res_name, name) == 0) ||
                 (hint.res_class && strcmp(hint.res_class, name) == 0);
    XFree(hint.res_name);
    XFree(hint.res_class);
    return found;
}

static Window find_window(Display *display, Window from, const char *name)
{
    if (is_class(display, from, name))
        return from;
    Window root, parent, *children = NULL, found = None;
    unsigned count = 0;
    if (!XQueryTree(display, from, &root, &parent, &children, &count))
        return None;
    for (unsigned i = 0; i < count && found == None; i++)
        found = find_window(display, children[i], name);
    if (children)
        XFree(children);
    return found;
}

static bool need_window(struct tapper *t)
{
    int64_t end = now_us() + t->patience_ms * 1000;
    while (now_us() < end) {
        t->window = find_window(t->display, DefaultRootWindow(t->display),
                                t->class_name);
        XWindowAttributes attributes;
        if (t->window != None &&
            XGetWindowAttributes(t->display, t->window, &attributes) &&
            attributes.map_state == IsViewable)
            return true;
        rest_ms(POLL_MS);
    }
    return fail(t, "no window of class", t->class_name);
}

static bool click(struct tapper *t, double x, double y, int64_t hold_ms)
{
    if (!need_window(t))
        return false;
    Window child;
    int left, top;
    if (!XTranslateCoordinates(t->display, t->window,
                               DefaultRootWindow(t->display), 0, 0, &left, &top,
                               &child))
        return fail(t, "the window is on another screen:", t->class_name);
    XTestFakeMotionEvent(t->display, -1, left + (int)x, top + (int)y, 0);
    XTestFakeButtonEvent(t->display, 1, True, 0);
    XSync(t->display, False);
    rest_ms(hold_ms);
    XTestFakeButtonEvent(t->display, 1, False, 0);
    XSync(t->display, False);
    return true;
}

static const struct target *find_target(const struct tapper *t, const char *id)
{
    for (size_t i = 0; i < t->target_count; i++)
        if (strcmp(t->targets[i].id, id) == 0)
            return &t->targets[i];
    return NULL;
}

static bool tap_target(struct tapper *t, const char *id, int64_t hold_ms)
{
    int64_t end = now_us() + t->patience_ms * 1000;
    const struct target *target;
    for (;;) {
        follow_trace(t);
        target = find_target(t, id);
        if (target)
            break;
        if (now_us() > end)
            return fail(t, "no target", id);
        rest_ms(POLL_MS);
    }
    double x = target->x + target->w / 2, y = target->y + target->h / 2;
    rest_ms(DEAD_MS - (now_us() - t->screen_us) / 1000);
    return click(t, x, y, hold_ms);
}

static bool is_shown(const struct tapper *t, const char *names)
{
    size_t size = strlen(t->screen);
    for (const char *p = names; size && (p = strstr(p, t->screen)); p++)
        if ((p == names || isspace((unsigned char)p[-1])) &&
            (p[size] == '\0' || isspace((unsigned char)p[size])))
            return true;
    return false;
}

// One event after the other, so that a screen that passed while this program
// had no turn is seen.
static bool wait_screen(struct tapper *t, const char *names)
{
    int64_t end = now_us() + t->patience_ms * 1000;
    while (!is_shown(t, names)) {
        if (read_event(t))
            continue;
        if (now_us() > end)
            return fail(t, "waited in vain for the screen", names);
        rest_ms(POLL_MS);
    }
    return true;
}

static bool wait_count(struct tapper *t, const long *count, long *seen,
                       const char *what)
{
    int64_t end = now_us() + t->patience_ms * 1000;
    while (*count <= *seen) {
        if (read_event(t))
            continue;
        if (now_us() > end)
            return fail(t, "waited in vain for", what);
        rest_ms(POLL_MS);
    }
    (*seen)++;
    return true;
}

// The keys go to the window under the pointer.
static bool point_at_window(struct tapper *t)
{
    if (!need_window(t))
        return false;
    XWarpPointer(t->display, None, t->window, 0, 0, 0, 0, 2, 2);
    XSync(t->display, False);
    return true;
}

static void send_key(struct tapper *t, KeyCode code, bool down)
{
    XTestFakeKeyEvent(t->display, code, down, 0);
    XSync(t->display, False);
}

static void strike(struct tapper *t, KeySym sign)
{
    KeyCode code = XKeysymToKeycode(t->display, sign);
    KeyCode shift = XKeysymToKeycode(t->display, XK_Shift_L);
    bool shifted = XkbKeycodeToKeysym(t->display, code, 0, 0) != sign;
    if (shifted)
        send_key(t, shift, true);
    send_key(t, code, true);
    send_key(t, code, false);
    if (shifted)
        send_key(t, shift, false);
    rest_ms(KEY_MS);
}

// ASCII has the numbers of its letters as names of keys.
static bool type_text(struct tapper *t, const char *text)
{
    if (!point_at_window(t))
        return false;
    for (; *text; text++)
        strike(t, (KeySym)(unsigned char)*text);
    strike(t, XK_Return);
    return true;
}

static bool press_keys(struct tapper *t, char *names)
{
    KeyCode codes[HELD_MAX + 1];
    size_t count = 0;
    char *rest = names;
    if (!point_at_window(t))
        return false;
    for (char *name;
         (name = strtok_r(rest, " ", &rest)) && count <= HELD_MAX;) {
        KeySym sign = XStringToKeysym(name);
        codes[count] = XKeysymToKeycode(t->display, sign);
        if (sign == NoSymbol || codes[count++] == 0)
            return fail(t, "no such key:", name);
    }
    for (size_t i = 0; i < count; i++)
        send_key(t, codes[i], true);
    rest_ms(KEY_MS);
    while (count > 0)
        send_key(t, codes[--count], false);
    return true;
}

// Runs a command without a shell, so that a path is never a command.
static bool picture(struct tapper *t, const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("import", "import", "-window", "root", path, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
        return fail(t, "no picture:", path);
    return true;
}

static bool run_step(struct tapper *t, char *line, bool *out_quit)
{
    line[strcspn(line, "#\r\n")] = '\0';
    while (isspace((unsigned char)*line))
        line++;
    for (char *end = line + strlen(line);
         end > line && isspace((unsigned char)end[-1]);)
        *--end = '\0';
    char *rest = line + strcspn(line, " \t");
    if (*rest)
        *rest++ = '\0';
    double x, y;
    char id[NAME_SIZE];
    long ms;
    if (!*line)
        return true;
    if (strcmp(line, "wait") == 0)
        return wait_screen(t, rest);
    if (strcmp(line, "tap") == 0 && sscanf(rest, "%lf %lf", &x, &y) == 2)
        return click(t, x, y, HOLD_MS);
    if (strcmp(line, "tap") == 0)
        return tap_target(t, rest, HOLD_MS);
    if (strcmp(line, "press") == 0 && sscanf(rest, "%63s %ld", id, &ms) == 2)
        return tap_target(t, id, ms);
    if (strcmp(line, "type") == 0 && *rest)
        return type_text(t, rest);
    if (strcmp(line, "key") == 0 && *rest)
        return press_keys(t, rest);
    if (strcmp(line, "saved") == 0)
        return wait_count(t, &t->saved, &t->saved_seen, "a saved line");
    if (strcmp(line, "draft") == 0)
        return wait_count(t, &t->drafts, &t->drafts_seen, "a draft");
    if (strcmp(line, "rest") == 0 && sscanf(rest, "%ld", &ms) == 1) {
        rest_ms(ms);
        follow_trace(t); // what holds afterwards is what counts
        return true;
    }
    if (strcmp(line, "shot") == 0)
        return picture(t, rest);
    if (strcmp(line, "resize") == 0 && sscanf(rest, "%lf %lf", &x, &y) == 2) {
        if (!need_window(t))
            return false;
        XResizeWindow(t->display, t->window, (unsigned)x, (unsigned)y);
        XSync(t->display, False);
        return true;
    }
    if (strcmp(line, "quit") == 0) {
        *out_quit = true;
        return true;
    }
    return fail(t, "no such step:", line);
}

static bool open_trace(struct tapper *t, const char *path)
{
    int64_t end = now_us() + t->patience_ms * 1000;
    while (!(t->trace = fopen(path, "r")) && now_us() < end)
        rest_ms(POLL_MS);
    if (!t->trace)
        fprintf(stderr, "tapper: %s: %s\n", path, strerror(errno));
    return t->trace != NULL;
}

static int ignore_error(Display *display, XErrorEvent *event)
{
    // A window that went away between two calls: the step itself will tell.
    (void)display;
    (void)event;
    return 0;
}

static int usage(void)
{
    fputs("usage: tapper --trace FILE [--class NAME] [--patience MS] "
          "[SCRIPT]\n",
          stderr);
    return 2;
}

// A tapper that was killed in the middle of a click leaves the finger down.
static void lift_all(Display *display)
{
    static const unsigned MASKS[] = {Button1Mask, Button2Mask, Button3Mask};
    Window root, child;
    int x, y, in_x, in_y;
    unsigned state;
    char keys[32];
    XQueryPointer(display, DefaultRootWindow(display), &root, &child, &x, &y,
                  &in_x, &in_y, &state);
    for (unsigned i = 0; i < 3; i++)
        if (state & MASKS[i])
            XTestFakeButtonEvent(display, i + 1, False, 0);
    XQueryKeymap(display, keys);
    for (unsigned code = 8; code < 256; code++)
        if (keys[code / 8] & 1 << code % 8)
            XTestFakeKeyEvent(display, code, False, 0);
    XSync(display, False);
}

int main(int argc, char **argv)
{
    struct tapper t = {.class_name = "hailong-kiosk", .patience_ms = 60000};
    const char *trace = NULL, *script = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0 && i + 1 < argc)
            trace = argv[++i];
        else if (strcmp(argv[i], "--class") == 0 && i + 1 < argc)
            t.class_name = argv[++i];
        else if (strcmp(argv[i], "--patience") == 0 && i + 1 < argc)
            t.patience_ms = atol(argv[++i]);
        else if (argv[i][0] != '-' && !script)
            script = argv[i];
        else
            return usage();
    }
    if (!trace)
        return usage();
    FILE *steps = script ? fopen(script, "r") : stdin;
    if (!steps) {
        fprintf(stderr, "tapper: %s: %s\n", script, strerror(errno));
        return 1;
    }
    t.display = XOpenDisplay(NULL);
    if (!t.display) {
        fputs("tapper: no X display; set DISPLAY\n", stderr);
        return 1;
    }
    XSetErrorHandler(ignore_error);
    lift_all(t.display);
    bool ok = open_trace(&t, trace), quit = false;
    if (ok) {
        // What was there before is only where the kiosk stands now.
        follow_trace(&t);
        t.saved_seen = t.saved;
        t.drafts_seen = t.drafts;
    }
    char *line = NULL;
    size_t capacity = 0;
    while (ok && !quit && getline(&line, &capacity, steps) >= 0) {
        t.step++;
        ok = run_step(&t, line, &quit);
    }
    free(line);
    free(t.line);
    if (t.trace)
        fclose(t.trace);
    if (steps != stdin)
        fclose(steps);
    XCloseDisplay(t.display);
    return ok ? 0 : 1;
}
