/* field.c - one field's value: its number, its count, whether it is what its type allows. */
#include "protocols/common/assert.h"
#include "protocols/common/operation.h"
#include "protocols/common/utf8.h"
#include "protocols/registry/inner.h"

#define CODE_END 1000000000000000000u /* the first with 19 digits; xs:long has them all */

bool registry_field_number(const void *record, const struct registry_field *field,
                           uint64_t *number) {
    const void *at = registry_field_at(record, field);
    uint32_t word;
    uint16_t half;
    switch ((int)field->type) {
    case REGISTRY_LOGIN:
    case REGISTRY_ACCOUNT:
    case REGISTRY_AMOUNT:
    case REGISTRY_CODE:
        memcpy(number, at, sizeof *number);
        return true;
    case REGISTRY_NUMBER:
    case REGISTRY_CHOICE:
    case REGISTRY_SET:
        memcpy(&word, at, sizeof word);
        *number = word;
        return true;
    case REGISTRY_OPERATION:
        memcpy(&half, at, sizeof half);
        *number = half;
        return true;
    case REGISTRY_BOOL:
        *number = *(const bool *)at;
        return true;
    case REGISTRY_TEXT:
    case REGISTRY_DIGITS:
    case REGISTRY_ADDRESSES:
    case REGISTRY_ACCOUNTS:
    case REGISTRY_BYTES:
    case REGISTRY_TERMINAL_ID:
    case REGISTRY_PATTERN:
    case REGISTRY_WINDOWS:
    default:
        return false;
    }
}

void registry_field_set_number(void *record, const struct registry_field *field, uint64_t number) {
    void *at = registry_field_in(record, field);
    uint32_t word = (uint32_t)number;
    uint16_t half = (uint16_t)number;
    if (field->type == REGISTRY_BOOL)
        *(bool *)at = number != 0;
    else if (field->type == REGISTRY_OPERATION)
        memcpy(at, &half, sizeof half);
    else if (field->size == sizeof word)
        memcpy(at, &word, sizeof word);
    else
        memcpy(at, &number, sizeof number);
}

uint32_t registry_field_count(const void *record, const struct registry_field *field) {
    uint32_t count;
    memcpy(&count, (const char *)registry_field_at(record, field) + field->size, sizeof count);
    return count;
}

void registry_field_set_count(void *record, const struct registry_field *field, uint32_t count) {
    memcpy((char *)registry_field_in(record, field) + field->size, &count, sizeof count);
}

/* ---- Text ---------------------------------------------------------------------------------- */

/* The size of the UTF-8 character at the start; 0: there is none, or a control character. */
static size_t character(struct slice text) {
    uint32_t code;
    size_t size = utf8_read(text, &code);
    return code < 0x20 || (code >= 0x7f && code < 0xa0) ? 0 : size;
}

bool registry_text_clean(struct slice text) {
    while (text.size > 0) {
        size_t size = character(text);
        if (size == 0)
            return false;
        text = slice_after(text, size);
    }
    return true;
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool all_digits(struct slice text, bool letters) {
    for (size_t i = 0; i < text.size; i++)
        if (!is_digit(text.base[i]) && !(letters && is_letter(text.base[i])))
            return false;
    return true;
}

static const char *text_fault(const struct registry_field *field, const char *value) {
    size_t size = strnlen(value, field->size);
    struct slice text = {value, size};
    if (size == field->size)
        return "a shorter text";
    switch ((int)field->type) {
    case REGISTRY_DIGITS:
        return size == 0 || (size == field->size - 1 && all_digits(text, false))
                   ? NULL
                   : "as many digits as it always has, such as 12 of an IIN";
    case REGISTRY_PATTERN:
        return registry_text_clean(text) && registry_pattern_valid(value)
                   ? NULL
                   : "a POSIX extended regular expression without costly repeats";
    case REGISTRY_WINDOWS:
        return registry_windows_valid(value) ? NULL
                                             : "times of the day such as 02:00-04:00, with blanks";
    case REGISTRY_TERMINAL_ID:
        return all_digits(text, true) ? NULL : "letters and digits, up to 32";
    case REGISTRY_ADDRESSES:
        return registry_addresses_valid(value) ? NULL
                                               : "addresses or ranges such as 10.0.0.0/8, with "
                                                 "blanks between them";
    default:
        return registry_text_clean(text) ? NULL : "text in UTF-8 without control characters";
    }
}

/* ---- Values -------------------------------------------------------------------------------- */

static uint64_t choices_of(const struct registry_field *field) {
    uint64_t count = 0;
    while (field->choices[count] != NULL)
        count++;
    return count;
}

static const char *number_fault(const struct registry_field *field, uint64_t number) {
    switch ((int)field->type) {
    case REGISTRY_LOGIN:
        return number == 0 || (number >= LOGIN_MIN && number <= LOGIN_MAX)
                   ? NULL
                   : "a login: 8 to 11 digits, the first not 0";
    case REGISTRY_CODE:
        return number < CODE_END ? NULL : "a number of up to 18 digits";
    case REGISTRY_ACCOUNT:
        return number != UINT64_MAX ? NULL : "an account's id";
    case REGISTRY_AMOUNT:
        return number <= LEDGER_AMOUNT_MAX || number == LEDGER_NO_CEILING ? NULL : "an amount";
    case REGISTRY_CHOICE:
        return number < choices_of(field) ? NULL : "one of the choices";
    case REGISTRY_SET:
        return number >> choices_of(field) == 0 ? NULL : "some of the choices, with commas";
    case REGISTRY_OPERATION:
        return number == 0 || operation_name((uint16_t)number) != NULL ? NULL : "an operation";
    default:
        return NULL;
    }
}

const char *registry_field_fault(const void *record, const struct registry_field *field) {
    uint64_t number;
    if (registry_field_number(record, field, &number))
        return number_fault(field, number);
    if (field->type == REGISTRY_BYTES)
        return registry_field_count(record, field) <= field->size ? NULL : "fewer bytes";
    if (field->type != REGISTRY_ACCOUNTS)
        return text_fault(field, registry_field_at(record, field));
    const uint64_t *accounts = registry_field_at(record, field);
    uint32_t count = registry_field_count(record, field);
    if (count > field->size / sizeof *accounts)
        return "fewer accounts";
    for (uint32_t i = 0; i < count; i++)
        if (accounts[i] == 0 || accounts[i] == UINT64_MAX)
            return "account ids, with commas";
    return NULL;
}

bool registry_field_is_empty(const void *record, const struct registry_field *field) {
    uint64_t number;
    if (registry_field_number(record, field, &number))
        return number == 0;
    if (field->type == REGISTRY_ACCOUNTS || field->type == REGISTRY_BYTES)
        return registry_field_count(record, field) == 0;
    return *(const char *)registry_field_at(record, field) == '\0';
}
