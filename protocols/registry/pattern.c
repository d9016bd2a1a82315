/* pattern.c - which accounts are a service's, by its pattern: an operator writes it, but it is
 * compiled on a loop and run over what strangers send, so that its cost is bounded first. */
#include <regex.h>

#include "protocols/registry/inner.h"

#define ACCOUNT_MAX 200u /* bytes; the longest of the field */
#define DEPTH_MAX 8      /* groups within one another; real patterns have 2 */
/* Characters of a pattern with its repeats written out, as the C library does: real ones have 30.
 * Without the bound, 20 bytes take all memory. */
#define COST_MAX 256u
#define REPEAT_MAX 255u /* what POSIX promises, RE_DUP_MAX */

/* On the way through a pattern. A repeat of what can be empty, or of a repeat, may take the C
 * library for ever: so a group stands there {n} times, if it has no other repeat than that, or is
 * optional; and a repeat is of one character, never of a repeat. */
struct walk {
    uint32_t sums[DEPTH_MAX + 1]; /* cost of the groups that are open, the outermost first */
    bool varied[DEPTH_MAX + 1];   /* they have a repeat other than {n}                     */
    uint32_t depth;
    uint32_t last;    /* cost of the atom that a repeat would be of; 0: there is none */
    bool last_group;  /* it is a group                                                */
    bool last_varied; /* and has such a repeat                                        */
    bool filled;      /* the present branch has an atom                               */
};

static bool add(struct walk *walk, uint32_t cost, bool group, bool varied) {
    walk->last = cost;
    walk->last_group = group;
    walk->last_varied = varied;
    walk->filled = true;
    walk->varied[walk->depth] |= varied;
    walk->sums[walk->depth] += cost;
    return walk->sums[walk->depth] <= COST_MAX;
}

/* The last atom stands there up to `high` times; high is up to REPEAT_MAX + 1. */
static bool repeat(struct walk *walk, uint32_t low, uint32_t high) {
    bool optional = low == 0 && high == 1, fixed = low == high && !walk->last_varied;
    if (walk->last == 0 || high == 0 || (walk->last_group && !optional && !fixed))
        return false;
    uint32_t more = walk->last * (high - 1);
    walk->last = 0;
    walk->varied[walk->depth] |= low != high;
    walk->sums[walk->depth] += more;
    return walk->sums[walk->depth] <= COST_MAX;
}

static bool branch(struct walk *walk) {
    bool filled = walk->filled;
    walk->filled = false;
    walk->last = 0;
    return filled;
}

static bool group_open(struct walk *walk) {
    walk->filled = false;
    walk->last = 0;
    if (walk->depth == DEPTH_MAX)
        return false;
    walk->sums[++walk->depth] = 0;
    walk->varied[walk->depth] = false;
    return true;
}

/* One that nobody opened would end the group around the whole pattern. */
static bool group_close(struct walk *walk) {
    if (walk->depth == 0 || !walk->filled)
        return false;
    uint32_t inner = walk->depth--;
    return add(walk, walk->sums[inner] + 1, true, walk->varied[inner]);
}

static bool next_number(const char **at, uint32_t *number) {
    for (*number = 0; **at >= '0' && **at <= '9' && *number <= REPEAT_MAX; ++*at)
        *number = *number * 10 + (uint32_t)(**at - '0');
    return *number <= REPEAT_MAX;
}

/* "{2}", "{2,}" or "{2,5}"; *at stands behind the first brace, then behind the last. */
static bool interval(const char **at, struct walk *walk) {
    uint32_t low, high;
    if (**at < '0' || **at > '9' || !next_number(at, &low))
        return false;
    high = low;
    if (**at == ',') {
        ++*at;
        bool open = **at == '}';
        if (!next_number(at, &high))
            return false;
        high = open ? low + 1 : high;
    }
    return *(*at)++ == '}' && high >= low && repeat(walk, low, high);
}

/* The rest of "[...]"; a first ']' and those of "[:digit:]" do not end it. */
static bool bracket(const char **at, struct walk *walk) {
    *at += **at == '^';
    *at += **at == ']';
    while (**at != '\0' && **at != ']') {
        char kind = *(*at)++;
        if (kind != '[' || **at == '\0' || strchr(".:=", **at) == NULL)
            continue;
        const char end[3] = {**at, ']', '\0'};
        const char *close = strstr(*at + 1, end);
        if (close == NULL)
            return false;
        *at = close + 2;
    }
    return *(*at) != '\0' && *(*at)++ == ']' && add(walk, 1, false, false);
}

/* Behind a backslash: back references cost without bound, and letters are no standard's. */
static bool escaped(const char **at, struct walk *walk) {
    char byte = *(*at)++;
    return byte != '\0' && strchr(".[]\\()*+?{}|^$-/", byte) != NULL && add(walk, 1, false, false);
}

/* The accounts are matched as a whole: anchors say nothing new, but may stand at the ends. */
static bool anchor(const char *at, const char *pattern) {
    return *at == '^' ? at == pattern : at[1] == '\0';
}

static bool next_atom(const char **at, struct walk *walk) {
    switch (*(*at)++) {
    case '\\':
        return escaped(at, walk);
    case '[':
        return bracket(at, walk);
    case '(':
        return group_open(walk);
    case ')':
        return group_close(walk);
    case '|':
        return branch(walk);
    case '{':
        return interval(at, walk);
    case '*':
        return repeat(walk, 0, 2);
    case '+':
        return repeat(walk, 1, 2);
    case '?':
        return repeat(walk, 0, 1);
    default:
        return add(walk, 1, false, false);
    }
}

static bool bounded(const char *pattern) {
    struct walk walk = {.depth = 0};
    const char *at = pattern;
    while (*at != '\0') {
        bool good = *at == '^' || *at == '$' ? anchor(at++, pattern) : next_atom(&at, &walk);
        if (!good)
            return false;
    }
    return walk.depth == 0 && walk.filled;
}

static bool compile(const char *pattern, regex_t *regex) {
    char whole[REGISTRY_TITLE_MAX + 8];
    size_t size = strnlen(pattern, REGISTRY_TITLE_MAX);
    if (size == REGISTRY_TITLE_MAX || !registry_text_clean((struct slice){pattern, size}) ||
        !bounded(pattern))
        return false;
    memcpy(whole, "^(", 2);
    memcpy(whole + 2, pattern, size);
    memcpy(whole + 2 + size, ")$", 3);
    return regcomp(regex, whole, REG_EXTENDED | REG_NOSUB) == 0;
}

bool registry_pattern_valid(const char *pattern) {
    regex_t regex;
    if (*pattern == '\0')
        return true;
    if (!compile(pattern, &regex))
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
    if (!compile(service->pattern, &regex))
        return false;
    bool matches = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return matches;
}
