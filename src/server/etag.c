#include "server/etag.h"
#include <stdio.h>
#include <string.h>

void etag_make(const void *bytes, size_t size, char out[ETAG_SIZE])
{
    char hash[DIGEST_HEX_SIZE];
    digest_hex_of(bytes, size, hash);
    snprintf(out, ETAG_SIZE, "\"%s\"", hash);
}

bool etag_is_known(const char *list, const char *etag)
{
    size_t size = strlen(etag);
    if (!list) {
        return false;
    }
    list += strspn(list, " \t");
    if (strcmp(list, "*") == 0) {
        return true;
    }
    while (*list) {
        list += strspn(list, " \t,");
        if (strncmp(list, "W/", 2) == 0) {
            list += 2;
        }
        if (strncmp(list, etag, size) == 0 && strchr(", \t", list[size])) {
            return true;
        }
        list += strcspn(list, ",");
    }
    return false;
}
