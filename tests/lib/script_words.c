#include "tests/lib/require.h"
#include "tests/lib/script_internal.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <time.h>

bool words_read(struct script_words *words, const char *text, size_t *position) {
    const char *start = text + *position;
    start += strspn(start, "; \n");
    if (*start == '\0')
        return false;
    size_t size = strcspn(start, ";");
    REQUIRE(size < sizeof words->text);
    memcpy(words->text, start, size);
    words->text[size] = '\0';
    *position = (size_t)(start - text) + size;
    words->count = words->next = 0;
    char *rest = NULL;
    for (char *word = strtok_r(words->text, " \n", &rest); word != NULL;
         word = strtok_r(NULL, " \n", &rest)) {
        REQUIRE(words->count < SCRIPT_WORDS_MAX);
        words->word[words->count++] = word;
    }
    words->word[words->count] = NULL;
    return true;
}

const char *words_peek(const struct script_words *words) {
    return words->next < words->count ? words->word[words->next] : "";
}

const char *words_take(struct script_words *words) {
    REQUIRE(words->next < words->count);
    return words->word[words->next++];
}

bool words_accept(struct script_words *words, const char *word) {
    if (strcmp(words_peek(words), word) != 0)
        return false;
    words->next++;
    return true;
}

uint64_t script_number(const char *text) {
    char *end = NULL;
    errno = 0;
    uint64_t number = strcmp(text, "none") == 0 ? UINT64_MAX : strtoull(text, &end, 10);
    if (errno != 0 || (end != NULL && *end != '\0') || !(isdigit(*text) || *text == 'n'))
        fprintf(stderr, "script: not a number: %s\n", text);
    REQUIRE(errno == 0 && (end == NULL || *end == '\0'));
    return number;
}

uint64_t words_number(struct script_words *words) {
    return script_number(words_take(words));
}

uint64_t script_time(const char *text) {
    struct tm parts;
    memset(&parts, 0, sizeof parts);
    REQUIRE(strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) != NULL);
    int64_t seconds = (int64_t)timegm(&parts) - LEDGER_DAY_OFFSET_S;
    return (uint64_t)seconds * 1000000000u;
}
