#include "store/settings.h"
#include <stdio.h>
#include <string.h>

static struct settings_entry *find(struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->list[i].name, name) == 0)
            return &settings->list[i];
    return NULL;
}

const struct settings_entry *settings_find(const struct settings *settings,
                                           const char *name)
{
    return find((struct settings *)settings, name);
}

bool settings_put(struct settings *settings, const char *name,
                  const char *value, bool waits)
{
    struct settings_entry *entry = find(settings, name);
    if (strlen(name) >= sizeof entry->name ||
        strlen(value) >= sizeof entry->value ||
        (!entry && settings->count == SETTINGS_MAX))
        return false;
    if (!entry) {
        entry = &settings->list[settings->count++];
        snprintf(entry->name, sizeof entry->name, "%s", name);
    }
    snprintf(entry->value, sizeof entry->value, "%s", value);
    entry->waits = waits;
    return true;
}

void settings_merge(struct settings *settings, const struct settings *read)
{
    for (size_t i = 0; i < read->count; i++)
        if (!find(settings, read->list[i].name))
            settings_put(settings, read->list[i].name, read->list[i].value,
                         false);
    settings->known = true;
}

void settings_kept(struct settings *settings,
                   const struct settings_entry *entry)
{
    struct settings_entry *own = find(settings, entry->name);
    if (own && strcmp(own->value, entry->value) == 0)
        own->waits = false;
}
