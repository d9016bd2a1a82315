/* inner.h - between the files of this folder: a field's value in its record. */
#ifndef PROTOCOLS_REGISTRY_INNER_H
#define PROTOCOLS_REGISTRY_INNER_H

#include "protocols/registry/registry.h"

static inline void *registry_field_in(void *record, const struct registry_field *field) {
    return (char *)record + field->offset;
}
static inline const void *registry_field_at(const void *record,
                                            const struct registry_field *field) {
    return (const char *)record + field->offset;
}

/* Whether the field is a number, and its value: of all types but text, arrays and bytes. */
bool registry_field_number(const void *record, const struct registry_field *field,
                           uint64_t *number);
void registry_field_set_number(void *record, const struct registry_field *field, uint64_t number);
/* The count of an array, which stands right behind it. */
uint32_t registry_field_count(const void *record, const struct registry_field *field);
void registry_field_set_count(void *record, const struct registry_field *field, uint32_t count);

/* Checks one value by its type alone. NULL: fine; else what is expected, a static text. */
const char *registry_field_fault(const void *record, const struct registry_field *field);
/* True when it is 0, empty or off. */
bool registry_field_is_empty(const void *record, const struct registry_field *field);

/* registry_read, with the field that is at fault. */
bool registry_read_at(enum registry_kind kind, struct slice key, struct slice value, void *record,
                      struct registry_fault *fault);

bool registry_pattern_valid(const char *pattern);
bool registry_windows_valid(const char *windows);
bool registry_addresses_valid(const char *list);

/* Valid UTF-8 without control characters. */
bool registry_text_clean(struct slice text);
#define LOGIN_MIN 10000000u    /* 8 digits  */
#define LOGIN_MAX 99999999999u /* 11 digits */

#endif
