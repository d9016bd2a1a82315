#include "protocols/rpc/params.h"

#include "ledger/ledger.h"
#include "protocols/common/assert.h"
#include "protocols/common/date.h"
#include "protocols/common/frame.h"

_Static_assert(RPC_PLACE_COUNT <= 64, "places are bits of a uint64_t");

bool rpc_unpack(struct slice bytes, size_t size_max, msgpack_zone *zone, msgpack_object *object) {
    struct frame_scanner scanner;
    frame_start(&scanner, size_max);
    if (frame_scan(&scanner, bytes.base, bytes.size) != FRAME_DONE ||
        scanner.position != bytes.size)
        return false;
    size_t offset = 0;
    return msgpack_unpack(bytes.base, bytes.size, &offset, zone, object) == MSGPACK_UNPACK_SUCCESS;
}

const msgpack_object *rpc_element(const msgpack_object *array, uint32_t index) {
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    ASSERT(array->type == MSGPACK_OBJECT_ARRAY);
    return index < array->via.array.size ? &array->via.array.ptr[index] : &nil;
}

bool rpc_read_uint(const msgpack_object *object, enum rpc_place place, uint64_t *value,
                   struct rpc_fault *fault) {
    if (object->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
        return rpc_fail(fault, place, RPC_EXPECTED_UINT);
    *value = object->via.u64;
    return true;
}

static bool is_bytes(const msgpack_object *object, struct slice *value) {
    if (object->type == MSGPACK_OBJECT_STR)
        *value = (struct slice){object->via.str.ptr, object->via.str.size};
    else if (object->type == MSGPACK_OBJECT_BIN)
        *value = (struct slice){object->via.bin.ptr, object->via.bin.size};
    else
        return false;
    return true;
}

bool rpc_read_bytes(const msgpack_object *object, enum rpc_place place, size_t size_max,
                    struct slice *value, struct rpc_fault *fault) {
    if (!is_bytes(object, value) || value->size > size_max)
        return rpc_fail(fault, place, RPC_EXPECTED_BYTES);
    return true;
}

/* ---- Values of keys ------------------------------------------------------------------------ */

static bool number_up_to(const msgpack_object *object, uint64_t max, union rpc_value *value) {
    if (object->type != MSGPACK_OBJECT_POSITIVE_INTEGER || object->via.u64 > max)
        return false;
    value->number = object->via.u64;
    return true;
}

static bool read_UINT(const msgpack_object *object, union rpc_value *value) {
    return number_up_to(object, UINT64_MAX, value);
}

static bool read_UINT32(const msgpack_object *object, union rpc_value *value) {
    return number_up_to(object, UINT32_MAX, value);
}

static bool read_UINT16(const msgpack_object *object, union rpc_value *value) {
    return number_up_to(object, UINT16_MAX, value);
}

static bool read_AMOUNT(const msgpack_object *object, union rpc_value *value) {
    return number_up_to(object, LEDGER_AMOUNT_MAX, value);
}

static bool read_LIMIT(const msgpack_object *object, union rpc_value *value) {
    return number_up_to(object, 100, value) && value->number >= 1;
}

static bool read_DATE(const msgpack_object *object, union rpc_value *value) {
    return number_up_to(object, 99991231, value) && date_valid((uint32_t)value->number);
}

static bool read_NO_OR_AMOUNT(const msgpack_object *object, union rpc_value *value) {
    value->number = LEDGER_NO_CEILING;
    return object->type == MSGPACK_OBJECT_NIL || read_AMOUNT(object, value);
}

static bool read_BOOL(const msgpack_object *object, union rpc_value *value) {
    if (object->type != MSGPACK_OBJECT_BOOLEAN)
        return false;
    value->number = object->via.boolean;
    return true;
}

static bool read_BYTES(const msgpack_object *object, union rpc_value *value) {
    return is_bytes(object, &value->bytes) && value->bytes.size <= LEDGER_ATTRIBUTES_MAX;
}

static bool read_HASH(const msgpack_object *object, union rpc_value *value) {
    return is_bytes(object, &value->bytes) && value->bytes.size == LEDGER_TOKEN_HASH;
}

static bool read_KIND(const msgpack_object *object, union rpc_value *value) {
    struct slice name;
    if (object->type != MSGPACK_OBJECT_STR || !is_bytes(object, &name))
        return false;
    value->number = ledger_kind_of(name.base, name.size);
    return value->number != 0;
}

/* ---- Maps ---------------------------------------------------------------------------------- */

struct key {
    struct slice name;
    enum rpc_place place;
    enum rpc_expected expected;
    size_t offset; /* of its value in struct rpc_keys */
    bool (*read)(const msgpack_object *object, union rpc_value *value);
};

static const struct key *find_key(const msgpack_object *name) {
    static const struct key keys[] = {
#define X(place, member, reader)                                                                   \
    {{#member, sizeof #member - 1},                                                                \
     RPC_PLACE_##place,                                                                            \
     RPC_EXPECTED_##reader,                                                                        \
     offsetof(struct rpc_keys, member),                                                            \
     read_##reader},
        RPC_KEY_MAP(X)
#undef X
    };
    struct slice text;
    if (!is_bytes(name, &text))
        return NULL;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (slice_equal(text, keys[i].name))
            return &keys[i];
    return NULL;
}

bool rpc_read_keys(const msgpack_object *object, enum rpc_place map, uint64_t allowed,
                   struct rpc_keys *keys, struct rpc_fault *fault) {
    memset(keys, 0, sizeof *keys);
    if (object->type == MSGPACK_OBJECT_NIL)
        return true;
    if (object->type != MSGPACK_OBJECT_MAP)
        return rpc_fail(fault, map, RPC_EXPECTED_MAP);
    for (uint32_t i = 0; i < object->via.map.size; i++) {
        const msgpack_object_kv *pair = &object->via.map.ptr[i];
        const struct key *key = find_key(&pair->key);
        if (key == NULL)
            return rpc_fail(fault, map, RPC_EXPECTED_KNOWN_KEY);
        uint64_t bit = (uint64_t)1 << key->place;
        if ((allowed & bit & ~keys->seen) == 0)
            return rpc_fail(fault, map, RPC_EXPECTED_KNOWN_KEY);
        union rpc_value *value = (union rpc_value *)(void *)((char *)keys + key->offset);
        if (!key->read(&pair->val, value)) {
            fault->map = (uint8_t)map;
            return rpc_fail(fault, key->place, key->expected);
        }
        keys->seen |= bit;
    }
    return true;
}
