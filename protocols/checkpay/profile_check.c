#include "protocols/checkpay/profile_check.h"

#include <iconv.h>
#include <stdarg.h>
#include <stdio.h>

#include "protocols/checkpay/dialect.h"

/* Always false, for returns. */
__attribute__((format(printf, 3, 4))) static bool fail(struct outbound_fault *fault, uint32_t line,
                                                       const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(fault->text, sizeof fault->text, format, values);
    va_end(values);
    fault->line = line;
    return false;
}

static uint32_t line_of(const struct profile_lines *lines, enum profile_section section,
                        const char *name) {
    for (uint32_t i = 0; i < profile_key_count; i++)
        if (profile_keys[i].section == section && strcmp(profile_keys[i].name, name) == 0)
            return lines->key[i];
    return 0;
}

/* Sections come in sides: a profile tells how to ask, or how we are asked, or both. */
static bool check_sides(struct checkpay_profile *profile, const struct profile_lines *lines,
                        struct outbound_fault *fault) {
    static const enum profile_section out[] = {SECTION_CHECK, SECTION_PAY, SECTION_CODES};
    static const enum profile_section in[] = {SECTION_INBOUND, SECTION_OUTCOMES};
    static const enum profile_section both[] = {SECTION_DIALECT, SECTION_ANSWER};
    for (size_t i = 0; i < 3; i++)
        profile->outbound |= lines->section[out[i]] != 0;
    for (size_t i = 0; i < 2; i++)
        profile->inbound |= lines->section[in[i]] != 0;
    if (!profile->outbound && !profile->inbound)
        return fail(fault, 0, "neither [check], [pay] and [codes] nor [inbound] and [outcomes]");
    for (size_t i = 0; i < 3; i++)
        if (profile->outbound && lines->section[out[i]] == 0)
            return fail(fault, 0, "[%s] is missing", profile_sections[out[i]]);
    for (size_t i = 0; i < 2; i++) {
        if (profile->inbound && lines->section[in[i]] == 0)
            return fail(fault, 0, "[%s] is missing", profile_sections[in[i]]);
        if (lines->section[both[i]] == 0)
            return fail(fault, 0, "[%s] is missing", profile_sections[both[i]]);
    }
    return true;
}

static bool check_required(const struct profile_lines *lines, struct outbound_fault *fault) {
    for (uint32_t i = 0; i < profile_key_count; i++) {
        const struct profile_key *key = &profile_keys[i];
        if (key->required && lines->section[key->section] != 0 && lines->key[i] == 0)
            return fail(fault, lines->section[key->section], "[%s] has no %s",
                        profile_sections[key->section], key->name);
    }
    return true;
}

static bool mentions(const struct checkpay_profile *profile, enum outbound_step step,
                     enum dialect_part part) {
    for (uint32_t i = 0; i < profile->parameter_count[step]; i++) {
        struct slice rest = slice_text(profile->parameters[step][i].text), text;
        while (rest.size > 0)
            if (dialect_part(&rest, &text) == part)
                return true;
    }
    return false;
}

/* A provider tells payments apart by our id, and pays what we say to whom we say. */
static bool check_parameters(const struct checkpay_profile *profile,
                             const struct profile_lines *lines, struct outbound_fault *fault) {
    static const enum dialect_part needed[] = {PART_ID, PART_ACCOUNT, PART_SUM};
    static const char *const names[] = {"{id}", "{account}", "{sum}"};
    for (size_t i = 0; i < 3; i++)
        if (!mentions(profile, OUTBOUND_PAY, needed[i]))
            return fail(fault, lines->section[SECTION_PAY], "no parameter of a pay has %s",
                        names[i]);
    if (!mentions(profile, OUTBOUND_CHECK, PART_ACCOUNT))
        return fail(fault, lines->section[SECTION_CHECK], "no parameter of a check has {account}");
    return true;
}

/* The golden rule: what the table does not know is no answer to a pay. */
static bool check_codes(const struct checkpay_profile *profile, const struct profile_lines *lines,
                        struct outbound_fault *fault) {
    uint32_t section = lines->section[SECTION_CODES];
    bool done[CHECKPAY_STEPS] = {false};
    if (lines->other == 0)
        return fail(fault, section, "[codes] has no other: what any further code means");
    if (profile->other.meaning[OUTBOUND_PAY] != OUTBOUND_AGAIN)
        return fail(fault, lines->other, "an unknown code of a pay means again, nothing else");
    if (profile->other.meaning[OUTBOUND_CHECK] == OUTBOUND_OK)
        return fail(fault, lines->other, "an unknown code of a check means refused or again");
    for (uint32_t i = 0; i < profile->code_count; i++)
        for (int step = 0; step < CHECKPAY_STEPS; step++)
            done[step] |= profile->codes[i].meaning[step] == OUTBOUND_OK;
    if (!done[OUTBOUND_CHECK] || !done[OUTBOUND_PAY])
        return fail(fault, section, "no code means ok on %s", done[OUTBOUND_PAY] ? "check" : "pay");
    return true;
}

static bool is_tag(const char *name) {
    bool first = (name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z') ||
                 name[0] == '_' || name[0] == '\0';
    return first && strpbrk(name, "@#") == NULL;
}

/* The members of struct checkpay_names, which are of one size, as a row. */
enum { NAMES = sizeof(struct checkpay_names) / CHECKPAY_NAME_MAX, PLAIN = NAMES - 2 };

static bool check_names(struct checkpay_profile *profile, const struct profile_lines *lines,
                        struct outbound_fault *fault) {
    struct checkpay_names *names = &profile->names;
    bool xml = profile->format == CHECKPAY_XML;
    const char *row = (const char *)names;
    uint32_t section = lines->section[SECTION_ANSWER];
    if (xml && names->root[0] == '\0')
        return fail(fault, section, "[answer] of xml has a root");
    if (xml && names->field_text[0] != '\0')
        return fail(fault, line_of(lines, SECTION_ANSWER, "field_text"),
                    "field_text is for json: in xml it is the element's text");
    for (int i = 0; i < NAMES; i++)
        if (xml && !is_tag(row + i * CHECKPAY_NAME_MAX))
            return fail(fault, section, "\"%s\" is no name of a tag", row + i * CHECKPAY_NAME_MAX);
    for (int i = 1; i < PLAIN; i++)
        for (int k = 1; k < i; k++)
            if (row[i * CHECKPAY_NAME_MAX] != '\0' &&
                strcmp(row + i * CHECKPAY_NAME_MAX, row + k * CHECKPAY_NAME_MAX) == 0)
                return fail(fault, section, "\"%s\" means two things in [answer]",
                            row + i * CHECKPAY_NAME_MAX);
    if (names->field_name[0] == '\0')
        memcpy(names->field_name, xml ? "name" : "@name", xml ? 5 : 6);
    if (!xml && names->field_text[0] == '\0')
        memcpy(names->field_text, "#text", 6);
    if (lines->section[SECTION_FIELDS] != 0 && names->fields[0] == '\0')
        return fail(fault, section, "[fields] maps names, and [answer] has no fields");
    return true;
}

static bool check_inbound(const struct checkpay_profile *profile, const struct profile_lines *lines,
                          struct outbound_fault *fault) {
    const char *const names[] = {profile->command, profile->id,   profile->account,
                                 profile->sum,     profile->date, profile->service};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (size_t k = 0; k < i; k++)
            if (names[i][0] != '\0' && strcmp(names[i], names[k]) == 0)
                return fail(fault, lines->section[SECTION_INBOUND],
                            "parameter \"%s\" means two things", names[i]);
    for (size_t i = 0; i < CHECKPAY_COMMANDS; i++)
        for (size_t k = 0; k < i; k++)
            if (profile->commands[i][0] != '\0' &&
                strcmp(profile->commands[i], profile->commands[k]) == 0)
                return fail(fault, lines->section[SECTION_INBOUND],
                            "command \"%s\" means two things", profile->commands[i]);
    if (profile->id_max > CHECKPAY_INBOUND_ID_MAX)
        return fail(fault, line_of(lines, SECTION_DIALECT, "id_max"),
                    "id_max is at most %d where we are asked", CHECKPAY_INBOUND_ID_MAX);
    bool status = profile->commands[CHECKPAY_STATUS][0] != '\0';
    bool cancel = profile->commands[CHECKPAY_CANCEL][0] != '\0';
    if ((status || cancel) && profile->outcomes[CHECKPAY_NOT_FOUND] == OUTBOUND_NO_CODE)
        return fail(fault, lines->section[SECTION_OUTCOMES], "[outcomes] has no not_found");
    if (cancel && profile->outcomes[CHECKPAY_CANNOT_CANCEL] == OUTBOUND_NO_CODE)
        return fail(fault, lines->section[SECTION_OUTCOMES], "[outcomes] has no cannot_cancel");
    return true;
}

static bool check_charset(const struct checkpay_profile *profile, const struct profile_lines *lines,
                          struct outbound_fault *fault) {
    if (profile->charset != CHECKPAY_CP1251)
        return true;
    iconv_t table = iconv_open("UTF-8", "CP1251");
    if (table == (iconv_t)-1) // NOLINT(performance-no-int-to-ptr): as iconv_open says it
        return fail(fault, line_of(lines, SECTION_ANSWER, "charset"),
                    "this machine's iconv does not know windows-1251");
    iconv_close(table);
    return true;
}

static bool is_url(struct slice text) {
    for (size_t i = 0; i < text.size; i++)
        if (text.base[i] <= ' ' || text.base[i] > '~' ||
            strchr("#\"<>\\^`{|}", text.base[i]) != NULL)
            return false;
    return true;
}

static bool check_path(const struct checkpay_profile *profile, const struct profile_lines *lines,
                       struct outbound_fault *fault) {
    uint32_t line = line_of(lines, SECTION_DIALECT, "path");
    struct slice rest = slice_text(profile->path), text = SLICE("");
    if (rest.size > 0 && rest.base[0] != '/')
        return fail(fault, line, "path starts with a /");
    while (rest.size > 0)
        if (dialect_part(&rest, &text) == PART_TEXT && !is_url(text))
            return fail(fault, line, "path has a character that a URL has not");
    return true;
}

bool profile_check(struct checkpay_profile *profile, const struct profile_lines *lines,
                   struct outbound_fault *fault) {
    if (!check_sides(profile, lines, fault) || !check_required(lines, fault) ||
        !check_names(profile, lines, fault) || !check_charset(profile, lines, fault) ||
        !check_path(profile, lines, fault))
        return false;
    if (profile->outbound &&
        (!check_parameters(profile, lines, fault) || !check_codes(profile, lines, fault)))
        return false;
    return !profile->inbound || check_inbound(profile, lines, fault);
}

bool profile_base(struct checkpay_profile *profile, const char *base_url,
                  struct outbound_fault *fault) {
    if (base_url == NULL)
        return profile->inbound ||
               fail(fault, 0, "this profile does not tell how we are asked: no [inbound]");
    struct slice url = slice_text(base_url);
    if (!profile->outbound)
        return fail(fault, 0, "this profile does not tell how to ask: no [pay]");
    if (!slice_starts(url, SLICE("https://")) && !slice_starts(url, SLICE("http://")))
        return fail(fault, 0, "the provider's URL starts with https:// or http://");
    if (!is_url(url))
        return fail(fault, 0, "the provider's URL has a character that a URL has not");
    if (url.size >= CHECKPAY_URL_MAX)
        return fail(fault, 0, "the provider's URL is longer than %d bytes", CHECKPAY_URL_MAX - 1);
    if (profile->path[0] != '\0' && strchr(base_url, '?') != NULL)
        return fail(fault, 0, "the provider's URL has a query, and the profile has a path");
    if (profile->path[0] != '\0' && url.base[url.size - 1] == '/')
        url.size--;
    memcpy(profile->base_url, url.base, url.size);
    profile->base_url[url.size] = '\0';
    return true;
}
