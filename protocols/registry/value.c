/* value.c - records as keys and MessagePack values, and back. */
#include <msgpack.h>
#include <stdio.h>

#include "protocols/common/assert.h"
#include "protocols/common/frame.h"
#include "protocols/common/operation.h"
#include "protocols/registry/inner.h"

#define ANY "any" /* in a tariff's key: any agent, any merchant */

static const struct registry_schema *schema_of(enum registry_kind kind) {
    ASSERT(kind < REGISTRY_KINDS);
    return &registry_schemas[kind];
}

/* ---- Keys ---------------------------------------------------------------------------------- */

static void login_text(uint64_t login, char text[24]) {
    if (login == 0)
        memcpy(text, ANY, sizeof ANY);
    else
        (void)snprintf(text, 24, "%llu", (unsigned long long)login);
}

size_t registry_key(enum registry_kind kind, const void *record, char key[LEDGER_KEY_MAX]) {
    const union registry_record *of = record;
    const char *word = schema_of(kind)->name, *name = NULL;
    char first[24], second[24];
    int size = 0;
    switch (kind) {
    case REGISTRY_CLIENT:
    case REGISTRY_AGENT:
    case REGISTRY_MERCHANT: /* the login comes first in each */
        login_text(of->client.login, first);
        size = snprintf(key, LEDGER_KEY_MAX, "%s/%s", word, first);
        break;
    case REGISTRY_TERMINAL:
        size = snprintf(key, LEDGER_KEY_MAX, "%s/%s", word, of->terminal.id);
        break;
    case REGISTRY_KEY:
        login_text(of->key.login, first);
        size = snprintf(key, LEDGER_KEY_MAX, "%s/%s/%u", word, first, of->key.number);
        break;
    case REGISTRY_TARIFF:
        name = operation_name(of->tariff.operation);
        login_text(of->tariff.agent, first);
        login_text(of->tariff.merchant, second);
        size = snprintf(key, LEDGER_KEY_MAX, "%s/%s/%s/%s", word, name == NULL ? "" : name, first,
                        second);
        break;
    case REGISTRY_LIMITS:
        size = snprintf(key, LEDGER_KEY_MAX, "%s/%s", word,
                        of->limits.identified ? "identified" : "unidentified");
        break;
    case REGISTRY_SERVICE:
        size = snprintf(key, LEDGER_KEY_MAX, "%s/%llu", word, (unsigned long long)of->service.code);
        break;
    case REGISTRY_NETWORK:
        size = snprintf(key, LEDGER_KEY_MAX, "%s/%s", word, of->network.name);
        break;
    case REGISTRY_OPERATOR:
    case REGISTRY_KINDS:
    default:
        size = snprintf(key, LEDGER_KEY_MAX, "%s/%s", word, of->operator_.name);
        break;
    }
    ASSERT(size > 0 && size < LEDGER_KEY_MAX);
    return (size_t)size;
}

static bool key_field(enum registry_kind kind, const struct registry_field *field,
                      struct slice part, void *record) {
    const char *why;
    if (kind == REGISTRY_LIMITS) {
        bool identified = slice_equal(part, SLICE("identified"));
        registry_field_set_number(record, field, identified);
        return identified || slice_equal(part, SLICE("unidentified"));
    }
    if (kind == REGISTRY_TARIFF && field->type == REGISTRY_LOGIN && slice_equal(part, SLICE(ANY)))
        return true;
    return registry_set(kind, record, field, part, &why);
}

/* Fills the key's fields. The key must be the very text that registry_key gives of them. */
static bool read_key(enum registry_kind kind, struct slice key, void *record) {
    const struct registry_schema *schema = schema_of(kind);
    char again[LEDGER_KEY_MAX];
    struct slice rest = key;
    if (key.size >= LEDGER_KEY_MAX || !slice_equal(slice_cut(&rest, '/'), slice_text(schema->name)))
        return false;
    for (uint32_t i = 0; i < schema->field_count; i++)
        if (schema->fields[i].in_key &&
            !key_field(kind, &schema->fields[i], slice_cut(&rest, '/'), record))
            return false;
    size_t size = registry_key(kind, record, again);
    return slice_equal(key, (struct slice){again, size});
}

/* ---- Writing ------------------------------------------------------------------------------- */

struct out {
    uint8_t *base;
    size_t used;
};

static int append(void *context, const char *bytes, size_t size) {
    struct out *out = context;
    if (size > LEDGER_VALUE_MAX - out->used)
        return -1;
    memcpy(out->base + out->used, bytes, size);
    out->used += size;
    return 0;
}

static int pack_text(msgpack_packer *packer, const char *text, size_t size) {
    return msgpack_pack_str(packer, size) < 0 ? -1 : msgpack_pack_str_body(packer, text, size);
}

static int pack_accounts(msgpack_packer *packer, const uint64_t *accounts, uint32_t count) {
    int rc = msgpack_pack_array(packer, count);
    for (uint32_t i = 0; rc == 0 && i < count; i++)
        rc = msgpack_pack_uint64(packer, accounts[i]);
    return rc;
}

static int pack_field(msgpack_packer *packer, const void *record,
                      const struct registry_field *field) {
    const void *at = registry_field_at(record, field);
    uint64_t number = 0;
    if (pack_text(packer, field->name, strlen(field->name)) < 0)
        return -1;
    if (field->type == REGISTRY_BOOL)
        return *(const bool *)at ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
    if (registry_field_number(record, field, &number))
        return msgpack_pack_uint64(packer, number);
    if (field->type == REGISTRY_ACCOUNTS)
        return pack_accounts(packer, at, registry_field_count(record, field));
    if (field->type != REGISTRY_BYTES)
        return pack_text(packer, at, strlen(at));
    uint32_t count = registry_field_count(record, field);
    return msgpack_pack_bin(packer, count) < 0 ? -1 : msgpack_pack_bin_body(packer, at, count);
}

size_t registry_write(enum registry_kind kind, const void *record, uint8_t *value) {
    const struct registry_schema *schema = schema_of(kind);
    struct out out = {value, 0};
    msgpack_packer packer;
    uint32_t count = 0;
    msgpack_packer_init(&packer, &out, append);
    for (uint32_t i = 0; i < schema->field_count; i++)
        count += !schema->fields[i].in_key && !registry_field_is_empty(record, &schema->fields[i]);
    int rc = msgpack_pack_map(&packer, count);
    for (uint32_t i = 0; rc == 0 && i < schema->field_count; i++)
        if (!schema->fields[i].in_key && !registry_field_is_empty(record, &schema->fields[i]))
            rc = pack_field(&packer, record, &schema->fields[i]);
    return rc == 0 ? out.used : 0;
}

/* ---- Reading ------------------------------------------------------------------------------- */

/* The head of a map: how many bytes it has, or 0. Small maps are all that a record needs. */
static size_t read_map(struct slice value, uint32_t *count) {
    if (value.size == 0 || ((uint8_t)value.base[0] & 0xf0) != 0x80)
        return 0;
    *count = (uint8_t)value.base[0] & 0x0f;
    return 1;
}

static size_t read_bool(struct slice value, uint64_t *number) {
    uint8_t head = value.size == 0 ? 0 : (uint8_t)value.base[0];
    *number = head == 0xc3;
    return head == 0xc2 || head == 0xc3 ? 1 : 0;
}

static size_t read_accounts(struct slice value, const struct registry_field *field, void *record) {
    uint32_t count;
    size_t used = frame_read_array(value.base, value.size, &count);
    uint64_t account;
    if (used == 0 || count > field->size / sizeof account)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t one = frame_read_uint(value.base + used, value.size - used, &account);
        if (one == 0)
            return 0;
        memcpy((char *)registry_field_in(record, field) + i * sizeof account, &account,
               sizeof account);
        used += one;
    }
    registry_field_set_count(record, field, count);
    return used;
}

/* A string is text or bytes: one is not taken for the other. */
static size_t read_string(struct slice value, bool bytes, struct slice *text) {
    uint8_t head = value.size == 0 ? 0 : (uint8_t)value.base[0];
    bool is_bytes = head >= 0xc4 && head <= 0xc6;
    return is_bytes == bytes ? frame_read_string(value.base, value.size, text) : 0;
}

static size_t read_bytes(struct slice value, const struct registry_field *field, void *record) {
    struct slice text;
    bool bytes = field->type == REGISTRY_BYTES;
    size_t used = read_string(value, bytes, &text);
    if (used == 0 || text.size + !bytes > field->size ||
        (!bytes && text.size > 0 && memchr(text.base, '\0', text.size) != NULL))
        return 0;
    if (text.size > 0)
        memcpy(registry_field_in(record, field), text.base, text.size);
    if (bytes)
        registry_field_set_count(record, field, (uint32_t)text.size);
    return used;
}

/* Bytes of the field's value, or 0: it is of another type, or too large. */
static size_t read_field(struct slice value, const struct registry_field *field, void *record) {
    uint64_t number = 0;
    size_t used = 0;
    if (field->type == REGISTRY_ACCOUNTS)
        return read_accounts(value, field, record);
    if (field->type == REGISTRY_BOOL)
        used = read_bool(value, &number);
    else if (registry_field_number(record, field, &number))
        used = frame_read_uint(value.base, value.size, &number);
    else
        return read_bytes(value, field, record);
    if (used == 0 || (field->size == sizeof(uint32_t) && number > UINT32_MAX))
        return 0;
    registry_field_set_number(record, field, number);
    return used;
}

/* One field, name and value, from *value, which loses its bytes. */
static bool read_named(enum registry_kind kind, struct slice *value, uint32_t *seen, void *record,
                       struct registry_fault *fault) {
    struct slice name;
    size_t used = read_string(*value, false, &name);
    *fault = (struct registry_fault){NULL, "the value is no map of fields"};
    if (used == 0)
        return false;
    const struct registry_field *field = registry_field_of(kind, name);
    fault->why = "a field is unknown";
    if (field == NULL)
        return false;
    uint32_t bit = 1u << (field - schema_of(kind)->fields);
    *fault = (struct registry_fault){field->name, field->in_key ? "nothing: the key has it"
                                                                : "to come only once"};
    if (field->in_key || (*seen & bit) != 0)
        return false;
    *seen |= bit;
    *value = slice_after(*value, used);
    used = read_field(*value, field, record);
    fault->why = used == 0 ? "another type, or less" : registry_field_fault(record, field);
    if (fault->why != NULL)
        return false;
    *value = slice_after(*value, used);
    return true;
}

bool registry_read_at(enum registry_kind kind, struct slice key, struct slice value, void *record,
                      struct registry_fault *fault) {
    uint32_t count = 0, seen = 0;
    memset(record, 0, schema_of(kind)->size);
    *fault = (struct registry_fault){NULL, "the key is not one of this kind of record"};
    if (!read_key(kind, key, record))
        return false;
    size_t used = read_map(value, &count);
    fault->why = "the value is no map of fields";
    if (used == 0)
        return false;
    value = slice_after(value, used);
    for (uint32_t i = 0; i < count; i++)
        if (!read_named(kind, &value, &seen, record, fault))
            return false;
    *fault = (struct registry_fault){NULL, "something stands behind the value's map"};
    return value.size == 0;
}

bool registry_read(enum registry_kind kind, struct slice key, struct slice value, void *record,
                   const char **why) {
    struct registry_fault fault;
    bool good = registry_read_at(kind, key, value, record, &fault);
    *why = fault.why;
    return good;
}
