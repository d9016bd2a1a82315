#include "protocols/json_api/body.h"

#include "protocols/common/assert.h"
#include "protocols/common/money.h"
#include "protocols/json_api/problem.h"

/* ---- The whole body ------------------------------------------------------------------------ */

static bool is_json(const struct adapter_request *request) {
    for (uint32_t i = 0; i < request->header_count; i++) {
        struct slice value = request->headers[i].value;
        if (!slice_equal_nocase(request->headers[i].name, SLICE("content-type")))
            continue;
        size_t size = 0; /* up to the parameters */
        while (size < value.size && value.base[size] != ';' && value.base[size] != ' ')
            size++;
        value.size = size;
        return slice_equal_nocase(value, SLICE("application/json"));
    }
    return false;
}

/* Nesting by brackets outside of strings: jansson recurses, so depth is bounded before it. */
static bool is_shallow(struct slice body) {
    uint32_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < body.size; i++) {
        char c = body.base[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
            depth++;
        else if (!in_string && (c == '}' || c == ']') && depth > 0)
            depth--;
        if (depth > BODY_DEPTH_MAX)
            return false;
    }
    return true;
}

static bool check_body(const struct adapter_request *request, struct adapter_reply *reply) {
    struct slice body = request->body;
    if (!is_json(request))
        return problem_reply(reply, PROBLEM_MEDIA_TYPE, "Content-Type: expected application/json");
    if (body.size > BODY_SIZE_MAX)
        return problem_reply(reply, PROBLEM_TOO_LARGE, "the body has %zu bytes", body.size);
    if (!is_shallow(body))
        return problem_reply(reply, PROBLEM_BAD_REQUEST, "nested deeper than %d", BODY_DEPTH_MAX);
    return true;
}

json_t *body_read(const struct adapter_request *request, bool may_be_empty,
                  struct adapter_reply *reply) {
    struct slice body = request->body;
    if (may_be_empty && body.size == 0)
        body = SLICE("{}");
    else if (!check_body(request, reply))
        return NULL;
    json_error_t error;
    json_t *object = json_loadb(body.base, body.size, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL) {
        problem_reply(reply, PROBLEM_BAD_REQUEST, "line %d, column %d: %s", error.line,
                      error.column, error.text);
    } else if (!json_is_object(object)) {
        problem_reply(reply, PROBLEM_BAD_REQUEST, "expected an object");
        json_decref(object);
        return NULL;
    }
    return object;
}

/* ---- Fields -------------------------------------------------------------------------------- */

static const char *const type_texts[] = {
    [BODY_STRING] = "a string", [BODY_INTEGER] = "an integer", [BODY_BOOL] = "true or false",
    [BODY_ARRAY] = "an array",  [BODY_OBJECT] = "an object",
};

static bool has_type(const json_t *value, enum body_type type) {
    switch (type) {
    case BODY_STRING:
        return json_is_string(value);
    case BODY_INTEGER:
        return json_is_integer(value);
    case BODY_BOOL:
        return json_is_boolean(value);
    case BODY_ARRAY:
        return json_is_array(value);
    case BODY_OBJECT:
        return json_is_object(value);
    }
    return false;
}

static bool is_known(const char *name, const struct body_field *fields, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, fields[i].name) == 0)
            return true;
    return false;
}

bool body_fields(json_t *object, const char *where, const struct body_field *fields, size_t count,
                 json_t **values, struct adapter_reply *reply) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_object_get(object, fields[i].name);
        bool null = json_is_null(value);
        found += value != NULL;
        values[i] = null ? NULL : value;
        if (values[i] == NULL && fields[i].required)
            return problem_reply(reply, PROBLEM_BAD_REQUEST, "%s%s: missing", where,
                                 fields[i].name);
        if (values[i] != NULL && !has_type(value, fields[i].type))
            return problem_reply(reply, PROBLEM_BAD_REQUEST, "%s%s: expected %s", where,
                                 fields[i].name, type_texts[fields[i].type]);
    }
    if (found == json_object_size(object))
        return true;
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) {
        if (!is_known(name, fields, count))
            break;
    }
    ASSERT(name != NULL); /* names are different, so more than we found means one unknown */
    return problem_reply(reply, PROBLEM_BAD_REQUEST, "%s%.200s: unknown field", where, name);
}

bool body_id(json_t *value, const char *where, const char *name, uint64_t *result,
             struct adapter_reply *reply) {
    if (value == NULL)
        return true;
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return problem_reply(reply, PROBLEM_BAD_REQUEST, "%s%s: expected an integer from 0 on",
                             where, name);
    *result = (uint64_t)json_integer_value(value);
    return true;
}

bool body_amount(json_t *value, const char *where, const char *name, uint64_t *tiyn,
                 struct adapter_reply *reply) {
    if (value == NULL)
        return true;
    if (!json_is_string(value) || !money_parse(body_string(value), tiyn))
        return problem_reply(reply, PROBLEM_BAD_REQUEST,
                             "%s%s: expected a decimal string such as \"100.00\", not above "
                             "11529215046068469.76",
                             where, name);
    return true;
}

/* ---- Attributes ---------------------------------------------------------------------------- */

/* Walks the tree with a stack: its depth is bounded by BODY_DEPTH_MAX. */
static bool has_real(json_t *object) {
    struct {
        json_t *value;
        void *iterator;
        size_t index;
    } stack[BODY_DEPTH_MAX + 1];
    size_t depth = 0;
    stack[0].value = object, stack[0].iterator = json_object_iter(object), stack[0].index = 0;
    for (;;) {
        json_t *next = NULL, *value = stack[depth].value;
        if (json_is_array(value)) {
            next = json_array_get(value, stack[depth].index++);
        } else if (stack[depth].iterator != NULL) {
            next = json_object_iter_value(stack[depth].iterator);
            stack[depth].iterator = json_object_iter_next(value, stack[depth].iterator);
        }
        if (next == NULL && depth-- == 0)
            return false;
        if (json_is_real(next))
            return true;
        if (json_is_array(next) || json_is_object(next)) {
            depth++;
            ASSERT(depth <= BODY_DEPTH_MAX);
            stack[depth].value = next, stack[depth].index = 0;
            stack[depth].iterator = json_is_object(next) ? json_object_iter(next) : NULL;
        }
    }
}

bool body_compact(json_t *object, const char *name, char *text, size_t size, uint32_t *used,
                  struct adapter_reply *reply) {
    if (has_real(object)) /* its text would not come back as it was given */
        return problem_reply(reply, PROBLEM_BAD_REQUEST,
                             "%s: numbers with a fraction or exponent go into strings", name);
    size_t need = json_dumpb(object, text, size, JSON_COMPACT | JSON_SORT_KEYS);
    if (need == 0 || need > size)
        return problem_reply(reply, PROBLEM_BAD_REQUEST, "%s: longer than %zu bytes", name, size);
    *used = (uint32_t)need;
    return true;
}
