/* profile.c - reading a profile's text. inih splits lines into keys and values; the lines
 * themselves come through read_line below, which knows their numbers and watches the section
 * headers, since inih says neither to its handler. */
#include "protocols/checkpay/profile.h"

#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/checkpay/dialect.h"
#include "protocols/checkpay/profile_check.h"
#include "protocols/checkpay/profile_keys.h"
#include "protocols/common/assert.h"

struct reading {
    struct checkpay_profile *profile;
    struct outbound_fault *fault;
    struct slice rest;
    uint32_t line;
    enum profile_section section;
    struct profile_lines lines;
    uint32_t parameter_line[CHECKPAY_STEPS][CHECKPAY_PARAMETERS_MAX];
    uint32_t code_line[CHECKPAY_CODES_MAX], other_line;
    bool failed;
};

/* Keeps the first fault only. */
__attribute__((format(printf, 3, 4))) static void fail(struct reading *reading, uint32_t line,
                                                       const char *format, ...) {
    if (reading->failed)
        return;
    va_list values;
    va_start(values, format);
    vsnprintf(reading->fault->text, sizeof reading->fault->text, format, values);
    va_end(values);
    reading->fault->line = line;
    reading->failed = true;
}

static void start_section(struct reading *reading, struct slice header) {
    const char *end = header.size == 0 ? NULL : memchr(header.base, ']', header.size);
    struct slice name = {header.base, end == NULL ? header.size : (size_t)(end - header.base)};
    for (uint32_t i = 1; i < SECTIONS && end != NULL; i++) {
        if (!slice_equal(name, slice_text(profile_sections[i])))
            continue;
        if (reading->lines.section[i] != 0)
            fail(reading, reading->line, "[%s] is given twice, first in line %u",
                 profile_sections[i], reading->lines.section[i]);
        reading->section = (enum profile_section)i;
        reading->lines.section[i] = reading->line;
        return;
    }
    fail(reading, reading->line,
         "unknown section; there are: [dialect], [check], [pay], [answer], [codes], [fields], "
         "[inbound], [outcomes]");
}

/* inih's reader: one line with a NUL, without its end. */
static char *read_line(char *line, int size, void *context) {
    struct reading *reading = context;
    struct slice text = reading->rest;
    if (text.size == 0 || reading->failed)
        return NULL;
    const char *end = memchr(text.base, '\n', text.size);
    text.size = end == NULL ? text.size : (size_t)(end - text.base);
    reading->rest = slice_after(reading->rest, text.size + (end != NULL));
    reading->line++;
    if (text.size > 0 && text.base[text.size - 1] == '\r')
        text.size--;
    if (text.size >= (size_t)size || text.size >= CHECKPAY_TEXT_MAX - 3) {
        fail(reading, reading->line, "the line is longer than %d bytes", CHECKPAY_TEXT_MAX - 4);
        return NULL;
    }
    memcpy(line, text.base, text.size);
    line[text.size] = '\0';
    if (strlen(line) != text.size || !dialect_is_utf8(text, true)) {
        fail(reading, reading->line, "the line is not text in UTF-8");
        return NULL;
    }
    struct slice mark = SLICE("\xEF\xBB\xBF");
    text = reading->line == 1 && slice_starts(text, mark) ? slice_after(text, mark.size) : text;
    struct slice bare = dialect_trim(text);
    if (bare.size > 0 && bare.base != text.base && strchr(";#", bare.base[0]) == NULL)
        fail(reading, reading->line, "the line starts with a blank; start it in the first column");
    else if (slice_starts(bare, SLICE("[")))
        start_section(reading, slice_after(bare, 1));
    return line;
}

static void set_key(struct reading *reading, const char *name, struct slice value) {
    char why[PROFILE_WHY_MAX], names[120] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < profile_key_count; i++) {
        const struct profile_key *key = &profile_keys[i];
        if (key->section != reading->section)
            continue;
        if (used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
                                     used > 0 ? ", " : "", key->name);
        if (strcmp(key->name, name) != 0)
            continue;
        if (reading->lines.key[i] != 0)
            fail(reading, reading->line, "%s is given twice, first in line %u", name,
                 reading->lines.key[i]);
        else if (!profile_key_set(reading->profile, key, value, why))
            fail(reading, reading->line, "%s", why);
        reading->lines.key[i] = reading->line;
        return;
    }
    fail(reading, reading->line, "unknown key \"%.30s\" in [%s]; there are: %s", name,
         profile_sections[reading->section], names);
}

static void add_parameter(struct reading *reading, const char *name, struct slice value) {
    char why[PROFILE_WHY_MAX];
    enum outbound_step step = reading->section == SECTION_CHECK ? OUTBOUND_CHECK : OUTBOUND_PAY;
    const struct checkpay_parameter *known = reading->profile->parameters[step];
    uint32_t count = reading->profile->parameter_count[step];
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(known[i].name, name) == 0) {
            fail(reading, reading->line, "%s is given twice, first in line %u", name,
                 reading->parameter_line[step][i]);
            return;
        }
    }
    if (!profile_parameter_add(reading->profile, step, slice_text(name), value, why)) {
        fail(reading, reading->line, "%s", why);
        return;
    }
    reading->parameter_line[step][count] = reading->line;
}

static void add_code(struct reading *reading, const char *name, struct slice value) {
    char why[PROFILE_WHY_MAX];
    struct checkpay_profile *profile = reading->profile;
    uint32_t count = profile->code_count;
    if (!profile_code_add(profile, slice_text(name), value, why)) {
        fail(reading, reading->line, "%s", why);
        return;
    }
    uint32_t *line = profile->code_count == count ? &reading->other_line : NULL;
    for (uint32_t i = 0; i < count && line == NULL; i++)
        if (profile->codes[i].number == profile->codes[count].number)
            line = &reading->code_line[i];
    if (line != NULL && *line != 0)
        fail(reading, reading->line, "code %.12s is given twice, first in line %u", name, *line);
    *(line != NULL ? line : &reading->code_line[count]) = reading->line;
    reading->lines.other = reading->other_line;
}

static int on_value(void *context, const char *section, const char *name, const char *value) {
    (void)section; /* cut by inih at 49 characters; reading->section is not */
    struct reading *reading = context;
    if (reading->failed)
        return 1;
    switch (reading->section) {
    case SECTION_NONE:
    case SECTIONS:
        fail(reading, reading->line, "\"%.30s\" stands before any section", name);
        break;
    case SECTION_CHECK:
    case SECTION_PAY:
        add_parameter(reading, name, slice_text(value));
        break;
    case SECTION_CODES:
        add_code(reading, name, slice_text(value));
        break;
    case SECTION_DIALECT:
    case SECTION_ANSWER:
    case SECTION_FIELDS:
    case SECTION_INBOUND:
    case SECTION_OUTCOMES:
        set_key(reading, name, slice_text(value));
        break;
    }
    return 1;
}

static void read_all(struct reading *reading, const char *base_url) {
    if (reading->rest.size > OUTBOUND_PROFILE_MAX) {
        fail(reading, 0, "a profile has at most %d bytes", OUTBOUND_PROFILE_MAX);
        return;
    }
    int line = ini_parse_stream(read_line, reading, on_value, reading);
    if (line != 0)
        fail(reading, line > 0 ? (uint32_t)line : 0, "this is no \"key = value\" and no [section]");
    if (!reading->failed && !profile_check(reading->profile, &reading->lines, reading->fault))
        reading->failed = true;
    if (!reading->failed && !profile_base(reading->profile, base_url, reading->fault))
        reading->failed = true;
}

struct checkpay_profile *checkpay_profile_read(struct slice text, const char *base_url,
                                               struct outbound_fault *fault) {
    struct checkpay_profile *profile = malloc(sizeof *profile);
    *fault = (struct outbound_fault){0, "out of memory"};
    if (profile == NULL)
        return NULL;
    profile_defaults(profile);
    struct reading reading = {.profile = profile, .fault = fault, .rest = text};
    read_all(&reading, base_url);
    if (reading.failed) {
        free(profile);
        return NULL;
    }
    *fault = (struct outbound_fault){0, ""};
    return profile;
}

void checkpay_profile_free(struct checkpay_profile *profile) {
    free(profile);
}
