/* service.c - what a service says of accounts and of its hours. */
#include <regex.h>

#include "protocols/registry/inner.h"

#define ACCOUNT_MAX 200u /* bytes; the longest of the field */
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

/* Of a pattern that is not costly. */
static bool compile(const char *pattern, regex_t *regex) {
    char whole[REGISTRY_TITLE_MAX + 8];
    size_t size = strlen(pattern);
    if (size >= REGISTRY_TITLE_MAX)
        return false;
    memcpy(whole, "^(", 2);
    memcpy(whole + 2, pattern, size);
    memcpy(whole + 2 + size, ")$", 3);
    return regcomp(regex, whole, REG_EXTENDED | REG_NOSUB) == 0;
}

/* What makes compiling or matching cost more than the pattern's length suggests: a group that is
 * repeated, whose repetitions multiply, large counts, and references back. */
static bool is_costly(const char *pattern) {
    for (const char *at = pattern; *at != '\0'; at++) {
        bool repeated = at[0] == ')' && at[1] != '\0' && strchr("*+?{", at[1]) != NULL;
        bool many = (at[0] == '{' || at[0] == ',') && strspn(at + 1, "0123456789") > 2;
        bool again = at[0] == '}' && at[1] != '\0' && strchr("*+?{", at[1]) != NULL;
        if (repeated || many || again || (at[0] == '\\' && at[1] >= '0' && at[1] <= '9'))
            return true;
    }
    return false;
}

bool registry_pattern_valid(const char *pattern) {
    regex_t regex;
    if (*pattern == '\0')
        return true;
    if (is_costly(pattern) || !compile(pattern, &regex))
        return false;
    regfree(&regex);
    return true;
}

bool registry_account_matches(const struct registry_service *service, struct slice account) {
    char text[ACCOUNT_MAX + 1];
    regex_t regex;
    if (account.size == 0 || account.size > ACCOUNT_MAX || !registry_text_clean(account))
        return false;
    if (service->pattern[0] == '\0')
        return true;
    memcpy(text, account.base, account.size);
    text[account.size] = '\0';
    if (is_costly(service->pattern) || !compile(service->pattern, &regex))
        return false;
    bool matches = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return matches;
}
