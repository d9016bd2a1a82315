/* command_ctl_print.c - values and JSON of `tiyn ctl`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "protocols/common/money.h"
#include "protocols/common/operation.h"
#include "protocols/common/utf8.h"
#include "switch/assert.h"
#include "switch/ctl.h"

/* ---- Values ------------------------------------------------------------------------------- */

uint64_t ctl_uint(const msgpack_object *map, const char *key) {
    const msgpack_object *value = rpc_client_field(map, key);
    return value != NULL && value->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? value->via.u64 : 0;
}

static int64_t signed_of(const msgpack_object *value) {
    if (value == NULL || (value->type != MSGPACK_OBJECT_POSITIVE_INTEGER &&
                          value->type != MSGPACK_OBJECT_NEGATIVE_INTEGER)) {
        return 0;
    }
    return value->via.i64;
}

bool ctl_true(const msgpack_object *map, const char *key) {
    const msgpack_object *value = rpc_client_field(map, key);
    return value != NULL && value->type == MSGPACK_OBJECT_BOOLEAN && value->via.boolean;
}

struct slice ctl_bytes(const msgpack_object *object) {
    if (object != NULL && object->type == MSGPACK_OBJECT_STR) {
        return (struct slice){object->via.str.ptr, object->via.str.size};
    }
    if (object != NULL && object->type == MSGPACK_OBJECT_BIN) {
        return (struct slice){object->via.bin.ptr, object->via.bin.size};
    }
    return (struct slice){NULL, 0};
}

const char *ctl_text(const msgpack_object *object, char *out) {
    struct slice bytes = ctl_bytes(object);
    size_t used = 0;
    while (bytes.size > 0 && used + 5 < CTL_TEXT) {
        uint32_t code = 0;
        size_t size = utf8_read(bytes, &code);
        if (code >= 0xa0 || (code >= ' ' && code < 0x7f)) {
            memcpy(out + used, bytes.base, size);
            used += size;
        } else { /* a terminal's escape sequences must not come through */
            size = 1;
            used += (size_t)snprintf(out + used, CTL_TEXT - used, "\\x%02x",
                                     (unsigned char)bytes.base[0]);
        }
        bytes = slice_after(bytes, size);
    }
    out[used] = '\0';
    return out;
}

const char *ctl_money(const msgpack_object *object, char *out) {
    char text[MONEY_TEXT];
    bool none = object == NULL || object->type == MSGPACK_OBJECT_NIL;
    snprintf(out, CTL_TEXT, "%s", none ? "none" : money_text_signed(signed_of(object), text));
    return out;
}

const char *ctl_time(uint64_t ns, char *out) {
    time_t seconds = (time_t)(ns / 1000000000u);
    struct tm utc;
    if (ns == 0 || gmtime_r(&seconds, &utc) == NULL ||
        strftime(out, CTL_TEXT, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
        snprintf(out, CTL_TEXT, "-");
    }
    return out;
}

const char *ctl_flags(uint64_t flags, char *out) {
    static const struct {
        uint64_t flag;
        const char *name;
    } names[] = {{LEDGER_ACCOUNT_FROZEN, "frozen"},
                 {LEDGER_ACCOUNT_CLOSED, "closed"},
                 {LEDGER_ACCOUNT_OVERDRAFT, "overdraft"}};
    size_t used = 0;
    snprintf(out, CTL_TEXT, "-");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((flags & names[i].flag) != 0) {
            used += (size_t)snprintf(out + used, CTL_TEXT - used, "%s%s", used > 0 ? "," : "",
                                     names[i].name);
        }
    }
    return out;
}

const char *ctl_operation(uint64_t operation, char *out) {
    const char *name = operation <= UINT16_MAX ? operation_name((uint16_t)operation) : NULL;
    if (name != NULL) {
        snprintf(out, CTL_TEXT, "%s", name);
    } else {
        snprintf(out, CTL_TEXT, "%" PRIu64, operation);
    }
    return out;
}

const char *ctl_kinds(char *out) {
    size_t used = 0;
    out[0] = '\0';
    for (unsigned kind = 1; ledger_kind_name(kind) != NULL; kind++) {
        used += (size_t)snprintf(out + used, CTL_TEXT - used, "%s%s", used > 0 ? ", " : "",
                                 ledger_kind_name(kind));
    }
    return out;
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void print_string(struct slice bytes) {
    putchar('"');
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char byte = (unsigned char)bytes.base[i];
        if (byte == '"' || byte == '\\') {
            printf("\\%c", byte);
        } else if (byte < ' ' || byte >= 0x7f) {
            printf("\\u%04x", byte);
        } else {
            putchar(byte);
        }
    }
    putchar('"');
}

/* Any object but an array or a map. */
static void print_scalar(const msgpack_object *object) {
    if (object->type == MSGPACK_OBJECT_NIL) {
        fputs("null", stdout);
    } else if (object->type == MSGPACK_OBJECT_BOOLEAN) {
        fputs(object->via.boolean ? "true" : "false", stdout);
    } else if (object->type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
        printf("%" PRIu64, object->via.u64);
    } else if (object->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
        printf("%" PRId64, object->via.i64);
    } else {
        print_string(ctl_bytes(object));
    }
}

/* A container under way; the stack stands for recursion. */
struct level {
    const msgpack_object *object;
    uint32_t next; /* element */
};
#define LEVELS_MAX 16u /* the node's answers have 5 */

/* A map's key, and its value when that is a number with a name. True: the value was printed. */
static bool print_key(const msgpack_object_kv *pair) {
    struct slice key = ctl_bytes(&pair->key);
    char text[CTL_TEXT];
    print_string(key);
    putchar(':');
    bool number = pair->val.type == MSGPACK_OBJECT_POSITIVE_INTEGER;
    if (number && slice_equal(key, SLICE("state"))) {
        print_string(slice_text(ledger_state_name((unsigned)pair->val.via.u64)));
        return true;
    }
    if (number && slice_equal(key, SLICE("operation"))) {
        print_string(slice_text(ctl_operation(pair->val.via.u64, text)));
        return true;
    }
    return false;
}

/* The next element of a container, printed unless it is a container itself. */
static const msgpack_object *print_next(struct level *level) {
    const msgpack_object *object = level->object, *element = NULL;
    bool map = object->type == MSGPACK_OBJECT_MAP;
    if (level->next > 0) {
        putchar(',');
    }
    if (map) {
        const msgpack_object_kv *pair = &object->via.map.ptr[level->next++];
        element = print_key(pair) ? NULL : &pair->val;
    } else {
        element = &object->via.array.ptr[level->next++];
    }
    if (element != NULL && element->type != MSGPACK_OBJECT_MAP &&
        element->type != MSGPACK_OBJECT_ARRAY) {
        print_scalar(element);
        element = NULL;
    }
    return element;
}

void ctl_print_json(const msgpack_object *object) {
    struct level levels[LEVELS_MAX];
    uint32_t depth = 0;
    levels[0] = (struct level){object, 0};
    ASSERT(object->type == MSGPACK_OBJECT_MAP || object->type == MSGPACK_OBJECT_ARRAY);
    putchar(object->type == MSGPACK_OBJECT_MAP ? '{' : '[');
    for (;;) {
        struct level *level = &levels[depth];
        bool map = level->object->type == MSGPACK_OBJECT_MAP;
        if (level->next == (map ? level->object->via.map.size : level->object->via.array.size)) {
            putchar(map ? '}' : ']');
            if (depth-- == 0) {
                break;
            }
            continue;
        }
        const msgpack_object *inner = print_next(level);
        if (inner != NULL && depth + 1 < LEVELS_MAX) {
            putchar(inner->type == MSGPACK_OBJECT_MAP ? '{' : '[');
            levels[++depth] = (struct level){inner, 0};
        }
    }
    putchar('\n');
}
