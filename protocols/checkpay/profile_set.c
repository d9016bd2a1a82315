/* profile_set.c - one key of a profile: its value checked and put in its place. */
#include <stdio.h>

#include "protocols/checkpay/dialect.h"
#include "protocols/checkpay/profile_keys.h"
#include "protocols/common/assert.h"
#include "protocols/common/money.h"

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(struct slice text) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.base[i];
        if (!is_letter(c) && !(c >= '0' && c <= '9') && !dialect_in(c, "_.-@#"))
            return false;
    }
    return text.size > 0 && text.size < CHECKPAY_NAME_MAX;
}

static bool is_template(struct slice text) {
    struct slice rest = text, part;
    while (rest.size > 0)
        if (dialect_part(&rest, &part) == PART_WRONG)
            return false;
    return text.size < CHECKPAY_TEXT_MAX && dialect_is_utf8(text, false);
}

static bool set_choice(const struct profile_key *key, uint32_t *place, struct slice value) {
    for (uint32_t i = 0; key->choices[i] != NULL; i++) {
        if (slice_equal(value, slice_text(key->choices[i]))) {
            *place = i;
            return true;
        }
    }
    return false;
}

static bool set_number(const struct profile_key *key, uint32_t *place, struct slice value) {
    uint64_t number;
    if (!dialect_number(value, key->high, &number) || number < key->low)
        return false;
    *place = (uint32_t)number;
    return true;
}

/* "UTC", "Asia/Almaty", "+05:00", "-03:30". */
static bool set_zone(int32_t *place, struct slice value) {
    uint64_t hours, minutes;
    if (slice_equal(value, SLICE("UTC"))) {
        *place = 0;
        return true;
    }
    if (slice_equal(value, SLICE("Asia/Almaty"))) {
        *place = LEDGER_DAY_OFFSET_S; /* all of Kazakhstan, since March 2024 */
        return true;
    }
    if (value.size != 6 || (value.base[0] != '+' && value.base[0] != '-') || value.base[3] != ':' ||
        !dialect_number((struct slice){value.base + 1, 2}, 14, &hours) ||
        !dialect_number((struct slice){value.base + 4, 2}, 59, &minutes))
        return false;
    *place = (int32_t)(hours * 3600 + minutes * 60) * (value.base[0] == '-' ? -1 : 1);
    return true;
}

static bool set_date(char *place, struct slice value) {
    if (value.size >= CHECKPAY_NAME_MAX)
        return false;
    char format[CHECKPAY_NAME_MAX] = "";
    memcpy(format, value.base, value.size);
    if (strlen(format) != value.size || !dialect_date_format_valid(format))
        return false;
    memcpy(place, format, sizeof format);
    return true;
}

static bool copy_if(bool good, void *place, struct slice value) {
    if (!good)
        return false;
    memcpy(place, value.base, value.size);
    ((char *)place)[value.size] = '\0';
    return true;
}

static bool set(const struct profile_key *key, void *place, struct slice value) {
    switch (key->type) {
    case KEY_CHOICE:
        return set_choice(key, place, value);
    case KEY_NUMBER:
        return set_number(key, place, value);
    case KEY_NAME:
        return copy_if(is_name(value), place, value);
    case KEY_TEMPLATE:
        return copy_if(is_template(value), place, value);
    case KEY_LABEL:
        return copy_if(value.size > 0 && value.size < OUTBOUND_FIELD_MAX &&
                           dialect_is_utf8(value, false),
                       place, value);
    case KEY_DATE:
        return set_date(place, value);
    case KEY_ZONE:
        return set_zone(place, value);
    case KEY_CHARACTER:
        *(char *)place = value.size == 1 ? value.base[0] : '\0';
        return slice_equal(value, SLICE(".")) || slice_equal(value, SLICE(","));
    case KEY_AMOUNT:
        return money_parse(value, place);
    case KEY_CODE:
        return dialect_code(value, place);
    }
    ASSERT(false);
    return false;
}

static void tell(const struct profile_key *key, char why[PROFILE_WHY_MAX]) {
    static const char *const expected[] = {
        [KEY_CHOICE] = "",
        [KEY_NUMBER] = "",
        [KEY_NAME] = "up to 63 letters, digits, _ . - @ #",
        [KEY_TEMPLATE] = "text and {id}, {account}, {sum}, {date}, {service}",
        [KEY_LABEL] = "UTF-8 text of up to 127 bytes",
        [KEY_DATE] = "%Y, %m, %d, maybe %H, %M, %S, each once, and - / . : T or blanks between",
        [KEY_ZONE] = "UTC, Asia/Almaty or a distance such as +05:00",
        [KEY_CHARACTER] = ". or ,",
        [KEY_AMOUNT] = "an amount in tenge such as 1.00",
        [KEY_CODE] = "a whole number"};
    if (key->type == KEY_NUMBER)
        snprintf(why, PROFILE_WHY_MAX, "%s is a number from %u to %u", key->name, key->low,
                 key->high);
    else if (key->type == KEY_CHOICE)
        snprintf(why, PROFILE_WHY_MAX, "%s is %s or %s", key->name, key->choices[0],
                 key->choices[1]);
    else
        snprintf(why, PROFILE_WHY_MAX, "%s is %s", key->name, expected[key->type]);
}

bool profile_key_set(struct checkpay_profile *profile, const struct profile_key *key,
                     struct slice value, char why[PROFILE_WHY_MAX]) {
    if (set(key, (char *)profile + key->offset, value))
        return true;
    tell(key, why);
    return false;
}

bool profile_parameter_add(struct checkpay_profile *profile, enum outbound_step step,
                           struct slice name, struct slice value, char why[PROFILE_WHY_MAX]) {
    uint32_t *count = &profile->parameter_count[step];
    if (!is_name(name)) {
        snprintf(why, PROFILE_WHY_MAX, "a parameter's name is up to 63 letters, digits, _ . - @ #");
        return false;
    }
    if (!is_template(value)) {
        snprintf(why, PROFILE_WHY_MAX,
                 "a parameter's value is text and {id}, {account}, {sum}, {date}, {service}");
        return false;
    }
    if (*count == CHECKPAY_PARAMETERS_MAX) {
        snprintf(why, PROFILE_WHY_MAX, "more than %d parameters", CHECKPAY_PARAMETERS_MAX);
        return false;
    }
    struct checkpay_parameter *parameter = &profile->parameters[step][(*count)++];
    return copy_if(true, parameter->name, name) && copy_if(true, parameter->text, value);
}

static bool meaning_of(struct slice word, uint8_t *meaning) {
    static const char *const words[] = {
        [OUTBOUND_OK] = "ok", [OUTBOUND_REFUSED] = "refused", [OUTBOUND_AGAIN] = "again"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (slice_equal(word, slice_text(words[i]))) {
            *meaning = (uint8_t)i;
            return true;
        }
    }
    return false;
}

bool profile_code_add(struct checkpay_profile *profile, struct slice name, struct slice value,
                      char why[PROFILE_WHY_MAX]) {
    struct checkpay_code code = {.number = OUTBOUND_NO_CODE};
    bool other = slice_equal(name, SLICE("other"));
    struct slice first = value;
    while (first.size > 0 && memchr(first.base, ' ', first.size) != NULL)
        first.size--;
    if (!other && !dialect_code(name, &code.number)) {
        snprintf(why, PROFILE_WHY_MAX, "a code is a whole number, or other");
        return false;
    }
    if (!meaning_of(first, &code.meaning[OUTBOUND_CHECK]) ||
        !meaning_of(dialect_trim(slice_after(value, first.size)), &code.meaning[OUTBOUND_PAY])) {
        snprintf(why, PROFILE_WHY_MAX,
                 "a code has its meaning on check and on pay: two of ok, refused, again");
        return false;
    }
    if (!other && profile->code_count == CHECKPAY_CODES_MAX) {
        snprintf(why, PROFILE_WHY_MAX, "more than %d codes", CHECKPAY_CODES_MAX);
        return false;
    }
    *(other ? &profile->other : &profile->codes[profile->code_count++]) = code;
    return true;
}
