#include "protocols/json_api/query.h"

#include "protocols/common/percent.h"
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

bool query_read(struct slice query, const char *const *names, size_t count,
                struct query_value *values, struct adapter_reply *reply) {
    for (size_t i = 0; i < count; i++)
        values[i].present = false;
    while (query.size > 0) {
        struct slice value = slice_cut(&query, '&');
        struct slice name = slice_cut(&value, '=');
        size_t i = 0;
        while (i < count && !slice_equal(name, slice_text(names[i])))
            i++;
        if (i == count)
            return problem_reply(reply, PROBLEM_BAD_REQUEST, "%.*s: unknown parameter",
                                 (int)(name.size < 64 ? name.size : 64), name.base);
        if (values[i].present)
            return problem_reply(reply, PROBLEM_BAD_REQUEST, "%s: given twice", names[i]);
        if (!percent_decode(value, values[i].bytes, QUERY_VALUE_MAX, &values[i].size))
            return problem_reply(reply, PROBLEM_BAD_REQUEST,
                                 "%s: badly encoded, or longer than %d bytes", names[i],
                                 QUERY_VALUE_MAX);
        values[i].present = true;
    }
    return true;
}
