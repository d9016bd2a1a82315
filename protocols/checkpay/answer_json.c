/* answer_json.c - a JSON answer as named values. Before jansson sees the text, its numbers are put
 * in quotes: so they stay as they were written, an id of 20 digits and a sum of 200.00 alike. */
#include <jansson.h>

#include "protocols/checkpay/answer.h"
#include "protocols/checkpay/dialect.h"

/* The size of the string at the start of text, quotes included, or of all when it has no end. */
static size_t string_size(struct slice text) {
    size_t at = 1;
    while (at < text.size && text.base[at] != '"')
        at += text.base[at] == '\\' ? 2 : 1;
    return at < text.size ? at + 1 : text.size;
}

static size_t number_size(struct slice text) {
    size_t at = 0;
    while (at < text.size && dialect_in(text.base[at], "+-.0123456789eE"))
        at++;
    return at;
}

/* Bounds the depth and the number of values, and puts numbers in quotes. */
static bool quote_numbers(struct slice text, struct buffer *out) {
    size_t depth = 0, values = 0;
    while (text.size > 0) {
        char c = text.base[0];
        bool number = c == '-' || (c >= '0' && c <= '9');
        size_t size = c == '"' ? string_size(text) : number ? number_size(text) : 1;
        depth += c == '{' || c == '[';
        depth -= (c == '}' || c == ']') && depth > 0;
        values += c == ',' || c == '{' || c == '[';
        if (depth > ANSWER_DEPTH_MAX || values > ANSWER_VALUES_MAX)
            return false;
        if (number)
            buffer_text(out, "\"");
        buffer_append(out, text.base, size);
        if (number)
            buffer_text(out, "\"");
        text = slice_after(text, size);
    }
    return !out->failed;
}

/* A string, number, true or false. */
static bool scalar(const json_t *value, struct slice *text) {
    if (json_is_string(value))
        *text = (struct slice){json_string_value(value), json_string_length(value)};
    else if (json_is_boolean(value))
        *text = json_is_true(value) ? SLICE("true") : SLICE("false");
    else
        return false;
    return true;
}

/* {"@name": "...", "#text": "..."}, or the text alone under its name. */
static void take_field(struct answer_reading *reading, const char *key, const json_t *value) {
    const struct checkpay_names *names = &reading->profile->names;
    struct slice name = slice_text(key), text = SLICE("");
    if (json_is_object(value)) {
        (void)scalar(json_object_get(value, names->field_name), &name);
        value = json_object_get(value, names->field_text);
    }
    if (scalar(value, &text))
        answer_field(reading, name, text);
}

static void take_fields(struct answer_reading *reading, json_t *fields) {
    const char *key;
    json_t *value;
    size_t index;
    if (json_is_array(fields)) {
        json_array_foreach(fields, index, value) take_field(reading, "", value);
    } else if (json_is_object(fields)) {
        json_object_foreach(fields, key, value) take_field(reading, key, value);
    }
}

static bool take_values(struct answer_reading *reading, json_t *object) {
    const struct checkpay_names *names = &reading->profile->names;
    const char *key;
    json_t *value;
    struct slice text;
    if (names->root[0] != '\0')
        object = json_object_get(object, names->root);
    if (!json_is_object(object))
        return false;
    json_object_foreach(object, key, value) {
        if (names->fields[0] != '\0' && strcmp(key, names->fields) == 0)
            take_fields(reading, value);
        else if (scalar(value, &text))
            answer_take(reading, slice_text(key), text);
        else if (!json_is_null(value)) /* of no form that a verdict may rest on */
            reading->garbled |= strcmp(key, names->code) == 0 || strcmp(key, names->id) == 0;
    }
    return true;
}

bool answer_read_json(struct answer_reading *reading, struct slice body) {
    struct buffer quoted;
    buffer_init(&quoted, 3 * (size_t)OUTBOUND_ANSWER_MAX); /* a digit alone becomes three bytes */
    json_t *document = NULL;
    if (quote_numbers(body, &quoted))
        document = json_loadb(quoted.base, quoted.used, JSON_REJECT_DUPLICATES, NULL);
    buffer_free(&quoted);
    bool good = document != NULL && take_values(reading, document);
    json_decref(document);
    return good;
}
