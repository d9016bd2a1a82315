/* body.h - reads a request's JSON body: a checked tree, and an object's fields by a table. Every
 * fault becomes the reply's problem document, and names its field. Any thread. */
#ifndef PROTOCOLS_JSON_API_BODY_H
#define PROTOCOLS_JSON_API_BODY_H

#include <jansson.h>

#include "protocols/adapter.h"

#define BODY_SIZE_MAX 65536 /* bytes; the largest payment needs 3 K */
#define BODY_DEPTH_MAX 8    /* objects and arrays within one another */

enum body_type { BODY_STRING, BODY_INTEGER, BODY_BOOL, BODY_ARRAY, BODY_OBJECT };

struct body_field {
    const char *name;
    enum body_type type;
    bool required; /* else it may be missing or null: the value is NULL */
};

/* Parses the body: an object, without duplicate names. NULL: the reply is complete. To be freed
 * with json_decref. An empty body is {} when may_be_empty. */
json_t *body_read(const struct adapter_request *request, bool may_be_empty,
                  struct adapter_reply *reply);

/* Finds the object's fields: values[i] is that of fields[i], borrowed. `where` is put before names
 * ("legs[0]."). False: unknown, missing or of another type; the reply is complete. */
bool body_fields(json_t *object, const char *where, const struct body_field *fields, size_t count,
                 json_t **values, struct adapter_reply *reply);

/* Readers of single values. A NULL value leaves *result as it is. False: the reply is complete. */
bool body_id(json_t *value, const char *where, const char *name, uint64_t *result,
             struct adapter_reply *reply);
bool body_amount(json_t *value, const char *where, const char *name, uint64_t *tiyn,
                 struct adapter_reply *reply);

static inline struct slice body_string(const json_t *value) {
    return (struct slice){json_string_value(value), json_string_length(value)};
}

/* Writes the object as compact text with sorted names, so that equal objects are equal bytes.
 * False: longer than size, or with a number that is no integer; the reply is complete. */
bool body_compact(json_t *object, const char *name, char *text, size_t size, uint32_t *used,
                  struct adapter_reply *reply);

#endif
