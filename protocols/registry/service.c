/* service.c - a service's hours. */
#include "protocols/registry/inner.h"

#define DAY_S 86400u

/* "HH:MM" as minutes; -1: not that. 24:00 is the end of the day. */
static int minutes_of(struct slice text) {
    if (text.size != 5 || text.base[2] != ':')
        return -1;
    for (size_t i = 0; i < 5; i++)
        if (i != 2 && (text.base[i] < '0' || text.base[i] > '9'))
            return -1;
    int hours = (text.base[0] - '0') * 10 + text.base[1] - '0';
    int minutes = (text.base[3] - '0') * 10 + text.base[4] - '0';
    return minutes < 60 && hours * 60 + minutes <= 24 * 60 ? hours * 60 + minutes : -1;
}

/* Takes "HH:MM-HH:MM" off the list; false: what is next is none. */
static bool next_window(struct slice *list, int *from, int *to) {
    while (list->size > 0 && list->base[0] == ' ')
        *list = slice_after(*list, 1);
    if (list->size < 11 || list->base[5] != '-')
        return false;
    *from = minutes_of((struct slice){list->base, 5});
    *to = minutes_of((struct slice){list->base + 6, 5});
    *list = slice_after(*list, 11);
    return *from >= 0 && *to > *from && (list->size == 0 || list->base[0] == ' ');
}

bool registry_windows_valid(const char *windows) {
    struct slice list = slice_text(windows);
    int from, to;
    while (list.size > 0)
        if (!next_window(&list, &from, &to))
            return false;
    return true;
}

bool registry_in_maintenance(const struct registry_service *service, uint64_t time_ns) {
    struct slice list = slice_text(service->maintenance);
    uint64_t second = (time_ns / 1000000000u + LEDGER_DAY_OFFSET_S) % DAY_S;
    int now = (int)(second / 60), from, to;
    while (list.size > 0 && next_window(&list, &from, &to))
        if (now >= from && now < to)
            return true;
    return false;
}
