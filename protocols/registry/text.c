/* text.c - fields as people write and read them. */
#include "protocols/common/assert.h"
#include "protocols/common/money.h"
#include "protocols/common/operation.h"
#include "protocols/registry/inner.h"

/* Decimal digits only, without a leading zero. */
static bool read_digits(struct slice text, uint64_t *number) {
    *number = 0;
    if (text.size == 0 || text.size > 20 || (text.size > 1 && text.base[0] == '0'))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint64_t digit = (uint64_t)(text.base[i] - '0');
        if (text.base[i] < '0' || text.base[i] > '9' ||
            __builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, digit, number))
            return false;
    }
    return true;
}

static bool read_amount(struct slice text, uint64_t *number) {
    *number = LEDGER_NO_CEILING;
    return slice_equal(text, SLICE("none")) || money_parse(text, number);
}

static bool read_choice(const struct registry_field *field, struct slice text, uint64_t *number) {
    for (*number = 0; field->choices[*number] != NULL; ++*number)
        if (slice_equal(text, slice_text(field->choices[*number])))
            return text.size > 0;
    return false;
}

/* "A,B"; "" and "none" are none, "all" is all. */
static bool read_set(const struct registry_field *field, struct slice text, uint64_t *number) {
    *number = 0;
    if (text.size == 0 || slice_equal(text, SLICE("none")))
        return true;
    if (slice_equal(text, SLICE("all"))) {
        for (uint32_t i = 0; field->choices[i] != NULL; i++)
            *number |= 1u << i;
        return true;
    }
    while (text.size > 0) {
        const char *comma = memchr(text.base, ',', text.size);
        struct slice item = {text.base, comma == NULL ? text.size : (size_t)(comma - text.base)};
        uint64_t bit;
        if (!read_choice(field, item, &bit))
            return false;
        *number |= 1u << bit;
        text = slice_after(text, item.size + (comma != NULL));
    }
    return true;
}

static bool read_accounts(const struct registry_field *field, struct slice text, void *record) {
    uint32_t count = 0;
    while (text.size > 0) {
        const char *comma = memchr(text.base, ',', text.size);
        struct slice item = {text.base, comma == NULL ? text.size : (size_t)(comma - text.base)};
        uint64_t account;
        if (!read_digits(item, &account) || count == field->size / sizeof account)
            return false;
        memcpy((char *)registry_field_in(record, field) + count++ * sizeof account, &account,
               sizeof account);
        text = slice_after(text, item.size + (comma != NULL));
    }
    registry_field_set_count(record, field, count);
    return true;
}

static bool read_text(const struct registry_field *field, struct slice text, void *record) {
    if (text.size >= field->size || (text.size > 0 && memchr(text.base, '\0', text.size) != NULL))
        return false;
    memset(registry_field_in(record, field), 0, field->size);
    if (text.size > 0)
        memcpy(registry_field_in(record, field), text.base, text.size);
    return true;
}

static bool read_number(const struct registry_field *field, struct slice text, uint64_t *number) {
    switch ((int)field->type) {
    case REGISTRY_AMOUNT:
        return read_amount(text, number);
    case REGISTRY_CHOICE:
        return read_choice(field, text, number);
    case REGISTRY_SET:
        return read_set(field, text, number);
    case REGISTRY_OPERATION:
        *number = operation_number(text);
        return *number != 0;
    case REGISTRY_BOOL:
        *number = slice_equal(text, SLICE("yes")) || slice_equal(text, SLICE("true"));
        return *number != 0 || slice_equal(text, SLICE("no")) || slice_equal(text, SLICE("false"));
    default:
        return read_digits(text, number) && (field->size == 8 || *number <= UINT32_MAX);
    }
}

static const char *expected(const struct registry_field *field) {
    switch ((int)field->type) {
    case REGISTRY_LOGIN:
        return "a login: 8 to 11 digits, the first not 0";
    case REGISTRY_ACCOUNT:
        return "an account's id";
    case REGISTRY_AMOUNT:
        return "an amount such as 100.50, or none";
    case REGISTRY_BOOL:
        return "yes or no";
    case REGISTRY_NUMBER:
        return "a number";
    case REGISTRY_CHOICE:
        return "one of its choices";
    case REGISTRY_SET:
        return "some of its names with commas, all, or none";
    case REGISTRY_OPERATION:
        return "an operation such as cash_in";
    case REGISTRY_ACCOUNTS:
        return "account ids with commas, at most 8";
    default:
        return "a shorter text";
    }
}

bool registry_set(enum registry_kind kind, void *record, const struct registry_field *field,
                  struct slice text, const char **why) {
    uint64_t number = 0;
    bool good = false;
    ASSERT(kind < REGISTRY_KINDS);
    *why = expected(field);
    if (field->type == REGISTRY_ACCOUNTS)
        good = read_accounts(field, text, record);
    else if (field->type == REGISTRY_BYTES)
        good = false; /* bytes are not typed */
    else if (!registry_field_number(record, field, &number))
        good = read_text(field, text, record);
    else if ((good = read_number(field, text, &number)))
        registry_field_set_number(record, field, number);
    const char *fault = good ? registry_field_fault(record, field) : *why;
    *why = fault;
    return fault == NULL;
}

static void print_set(struct buffer *out, const struct registry_field *field, uint64_t number) {
    const char *comma = "";
    for (uint32_t i = 0; field->choices[i] != NULL; i++) {
        if ((number >> i & 1) != 0) {
            buffer_format(out, "%s%s", comma, field->choices[i]);
            comma = ",";
        }
    }
}

static void print_number(struct buffer *out, const struct registry_field *field, uint64_t number) {
    char text[MONEY_TEXT];
    const char *name;
    switch ((int)field->type) {
    case REGISTRY_AMOUNT:
        buffer_text(out, number == LEDGER_NO_CEILING ? "none" : money_text(number, text));
        break;
    case REGISTRY_BOOL:
        buffer_text(out, number != 0 ? "yes" : "no");
        break;
    case REGISTRY_CHOICE:
        buffer_text(out, field->choices[number]);
        break;
    case REGISTRY_SET:
        print_set(out, field, number);
        break;
    case REGISTRY_OPERATION:
        name = operation_name((uint16_t)number);
        buffer_text(out, name == NULL ? "" : name);
        break;
    default:
        buffer_format(out, "%llu", (unsigned long long)number);
        break;
    }
}

void registry_print(const void *record, const struct registry_field *field, struct buffer *out) {
    const void *at = registry_field_at(record, field);
    uint64_t number;
    if (registry_field_number(record, field, &number)) {
        print_number(out, field, number);
    } else if (field->type == REGISTRY_ACCOUNTS) {
        const uint64_t *accounts = at;
        for (uint32_t i = 0; i < registry_field_count(record, field); i++)
            buffer_format(out, "%s%llu", i > 0 ? "," : "", (unsigned long long)accounts[i]);
    } else if (field->type == REGISTRY_BYTES) {
        const uint8_t *bytes = at;
        for (uint32_t i = 0; i < registry_field_count(record, field); i++)
            buffer_format(out, "%02x", bytes[i]);
    } else {
        buffer_text(out, at);
    }
}
