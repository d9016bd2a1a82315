#include "protocols/json_api/query.h"

#include "protocols/json_api/problem.h"

bool query_number(struct slice text, uint64_t max, uint64_t *number) {
    if (text.size == 0 || (text.size > 1 && text.base[0] == '0'))
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.base[i] < '0' || text.base[i] > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.base[i] - '0'), &value))
            return false;
    }
    *number = value;
    return value <= max;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool percent_decode(struct slice text, struct query_value *value) {
    value->size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.base[i] == '+' ? ' ' : text.base[i];
        if (c == '%') {
            int high = text.size - i > 2 ? hex_digit(text.base[i + 1]) : -1;
            int low = text.size - i > 2 ? hex_digit(text.base[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (value->size == QUERY_VALUE_MAX)
            return false;
        value->bytes[value->size++] = c;
    }
    return true;
}

/* Cuts the slice at the first `mark`: what stands before it, and what is left behind it. */
static struct slice cut(struct slice *rest, char mark) {
    const char *place = rest->size == 0 ? NULL : memchr(rest->base, mark, rest->size);
    struct slice part = *rest;
    if (place != NULL)
        part.size = (size_t)(place - rest->base);
    *rest = slice_after(*rest, place == NULL ? rest->size : part.size + 1);
    return part;
}

bool query_read(struct slice query, const char *const *names, size_t count,
                struct query_value *values, struct adapter_reply *reply) {
    for (size_t i = 0; i < count; i++)
        values[i].present = false;
    while (query.size > 0) {
        struct slice value = cut(&query, '&');
        struct slice name = cut(&value, '=');
        size_t i = 0;
        while (i < count && !slice_equal(name, slice_text(names[i])))
            i++;
        if (i == count)
            return problem_reply(reply, PROBLEM_BAD_REQUEST, "%.*s: unknown parameter",
                                 (int)(name.size < 64 ? name.size : 64), name.base);
        if (values[i].present)
            return problem_reply(reply, PROBLEM_BAD_REQUEST, "%s: given twice", names[i]);
        if (!percent_decode(value, &values[i]))
            return problem_reply(reply, PROBLEM_BAD_REQUEST,
                                 "%s: badly encoded, or longer than %d bytes", names[i],
                                 QUERY_VALUE_MAX);
        values[i].present = true;
    }
    return true;
}
