#include "protocols/json_api/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>

#include "ledger/ledger.h"
#include "protocols/common/date.h"
#include "protocols/common/money.h"
#include "protocols/common/operation.h"

void text_string(struct buffer *buffer, struct slice bytes) {
    size_t plain = 0; /* start of what needs no escape */
    if (bytes.size == 0)
        bytes.base = ""; /* NULL has no offsets, not even 0 */
    buffer_append(buffer, "\"", 1);
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char c = (unsigned char)bytes.base[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buffer_append(buffer, bytes.base + plain, i - plain);
        plain = i + 1;
        if (c < 0x20)
            buffer_format(buffer, "\\u%04x", c);
        else
            buffer_format(buffer, "\\%c", c);
    }
    buffer_append(buffer, bytes.base + plain, bytes.size - plain);
    buffer_append(buffer, "\"", 1);
}

/* Names are ours, and plain. */
static void put_name(struct buffer *buffer, const char *name) {
    buffer_append(buffer, ",\"", 2);
    buffer_text(buffer, name);
    buffer_append(buffer, "\":", 2);
}

static void put_null(struct buffer *buffer, const char *name) {
    put_name(buffer, name);
    buffer_append(buffer, "null", 4);
}

void text_number(struct buffer *buffer, const char *name, uint64_t value) {
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    put_name(buffer, name);
    buffer_append(buffer, digits + at, sizeof digits - at);
}

void text_bool(struct buffer *buffer, const char *name, bool value) {
    put_name(buffer, name);
    buffer_text(buffer, value ? "true" : "false");
}

void text_word(struct buffer *buffer, const char *name, const char *word) {
    put_name(buffer, name);
    buffer_append(buffer, "\"", 1);
    buffer_text(buffer, word);
    buffer_append(buffer, "\"", 1);
}

void text_amount(struct buffer *buffer, const char *name, uint64_t tiyn) {
    char text[MONEY_TEXT];
    text_word(buffer, name, money_text(tiyn, text));
}

void text_balance(struct buffer *buffer, const char *name, int64_t tiyn) {
    char text[MONEY_TEXT];
    text_word(buffer, name, money_text_signed(tiyn, text));
}

void text_limit(struct buffer *buffer, const char *name, uint64_t tiyn) {
    if (tiyn == LEDGER_NO_CEILING)
        put_null(buffer, name);
    else
        text_amount(buffer, name, tiyn);
}

void text_id(struct buffer *buffer, const char *name, uint64_t id) {
    if (id == 0)
        put_null(buffer, name);
    else
        text_number(buffer, name, id);
}

void text_date(struct buffer *buffer, const char *name, uint32_t yyyymmdd) {
    char text[DATE_TEXT];
    if (yyyymmdd == 0)
        put_null(buffer, name);
    else
        text_word(buffer, name, date_text(yyyymmdd, text));
}

void text_time(struct buffer *buffer, const char *name, uint64_t time_ns) {
    char text[TIME_TEXT];
    if (time_ns == 0)
        put_null(buffer, name);
    else
        text_word(buffer, name, time_text(time_ns, text));
}

void text_operation(struct buffer *buffer, uint16_t operation) {
    const char *name = operation_name(operation);
    if (name == NULL)
        text_number(buffer, "operation", operation);
    else
        text_word(buffer, "operation", name);
}

static bool is_printable(struct slice bytes) {
    for (size_t i = 0; i < bytes.size; i++)
        if ((unsigned char)bytes.base[i] < 0x20 || bytes.base[i] == 0x7f)
            return false;
    json_t *string = json_stringn(bytes.base, bytes.size); /* NULL: not UTF-8 */
    json_decref(string);
    return string != NULL;
}

void text_bytes(struct buffer *buffer, const char *name, struct slice bytes) {
    if (is_printable(bytes)) {
        put_name(buffer, name);
        text_string(buffer, bytes);
    } else {
        text_base64(buffer, name, bytes);
    }
}

void text_base64(struct buffer *buffer, const char *name, struct slice bytes) {
    buffer_format(buffer, ",\"%s_base64\":\"", name);
    size_t size = sodium_base64_encoded_len(bytes.size, sodium_base64_VARIANT_ORIGINAL);
    char *place = buffer_extend(buffer, size);
    if (place == NULL)
        return;
    sodium_bin2base64(place, size, (const unsigned char *)bytes.base, bytes.size,
                      sodium_base64_VARIANT_ORIGINAL);
    buffer->used--; /* its NUL */
    buffer_append(buffer, "\"", 1);
}
