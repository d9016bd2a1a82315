/* golden_text.c - commands and MessagePack values as text. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <jansson.h>
#include <msgpack.h>

#include "ledger/command.h"
#include "protocols/rpc/pack.h"
#include "tests/unit/protocols/golden.h"

/* ---- Commands ------------------------------------------------------------------------------ */

static const char *const kinds[] = {
    [LEDGER_OPEN] = "open",
    [LEDGER_COMPLETE] = "complete",
    [LEDGER_DECLINE] = "decline",
    [LEDGER_RETRY] = "retry",
    [LEDGER_DISPATCH] = "dispatch",
    [LEDGER_EXPIRE] = "expire",
    [LEDGER_LOOKUP] = "lookup",
    [LEDGER_ACCOUNT_OPEN] = "account_open",
    [LEDGER_ACCOUNT_CHANGE] = "account_change",
    [LEDGER_ACCOUNT_LOOKUP] = "account_lookup",
    [LEDGER_TOKEN_ISSUE] = "token_issue",
    [LEDGER_REGISTRY_PUT] = "registry_put",
    [LEDGER_REGISTRY_LOOKUP] = "registry_lookup",
    [LEDGER_REFUSED] = "refused",
    [LEDGER_CHECK] = "check",
};

static void put_hex(struct buffer *out, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        buffer_format(out, "%02x", bytes[i]);
}

static void put_bytes(struct buffer *out, const char *name, const uint8_t *bytes, size_t size) {
    if (size == 0)
        return;
    buffer_format(out, " %s=", name);
    bool plain = true;
    for (size_t i = 0; i < size; i++)
        plain = plain && bytes[i] >= 0x20 && bytes[i] != 0x7f;
    if (plain) {
        buffer_append(out, bytes, size);
    } else {
        buffer_text(out, "0x");
        put_hex(out, bytes, size);
    }
}

static void put_number(struct buffer *out, const char *name, uint64_t value) {
    if (value == UINT64_MAX)
        buffer_format(out, " %s=none", name);
    else if (value != 0)
        buffer_format(out, " %s=%" PRIu64, name, value);
}

static void put_legs(struct buffer *out, const struct command *command) {
    const struct ledger_leg_request *legs = command_legs(command);
    for (uint32_t i = 0; i < command->leg_count; i++)
        buffer_format(out, "%s%" PRIu64 ">%" PRIu64 ":%" PRIu64, i == 0 ? " legs=" : ",",
                      legs[i].debit, legs[i].credit, legs[i].amount);
    const struct command_token *token = command_token(command);
    if (token == NULL)
        return;
    buffer_format(out, " token=%" PRIu64 ":", token->account);
    put_hex(out, token->hash, sizeof token->hash);
}

static void put_account(struct buffer *out, const struct command_account *account) {
    put_number(out, "owner", account->owner);
    put_number(out, "floor", account->floor);
    put_number(out, "ceiling", account->ceiling);
    put_number(out, "day_limit", account->day_limit);
    put_number(out, "month_limit", account->month_limit);
    put_number(out, "kind", account->kind);
    put_number(out, "currency", account->currency);
    put_number(out, "account_flags", account->flags);
}

void golden_command(struct buffer *out, const void *bytes) {
    const struct command *command = bytes;
    buffer_text(out, kinds[command->kind]);
    if (command->kind == LEDGER_REFUSED) {
        buffer_format(out, " %s", ledger_status_name((unsigned)command->id));
        return;
    }
    bool open = command->kind == LEDGER_OPEN;
    put_number(out, open ? "match_size" : "id", open ? command_match_size(command) : command->id);
    put_number(out, "deliver_to", open ? command_deliver_to(command) : 0);
    put_number(out, "requester", command->requester);
    put_bytes(out, "reference", command_reference(command), command->reference_size);
    put_number(out, "operation", command->operation);
    if (command->flags & COMMAND_POST)
        buffer_text(out, " post");
    if (command->flags & COMMAND_WAIT)
        buffer_text(out, " wait");
    if (command->flags & COMMAND_BY_PROVIDER)
        buffer_text(out, " by_provider");
    if (open || command->kind == LEDGER_CHECK)
        put_legs(out, command);
    put_number(out, "value_date", command->value_date);
    put_number(out, "expires_in_s", command->expires_in_s);
    put_number(out, "reversal_of", command->reversal_of);
    put_bytes(out, "attributes", command_attributes(command), command->attributes_size);
    put_number(out, open ? "repeat_after_ms" : "fields", command->fields);
    if (command->kind == LEDGER_ACCOUNT_OPEN || command->kind == LEDGER_ACCOUNT_CHANGE)
        put_account(out, command_account(command));
    if (command->kind == LEDGER_TOKEN_ISSUE) {
        buffer_text(out, " hash=");
        put_hex(out, command_token_hash(command), LEDGER_TOKEN_HASH);
    }
}

/* ---- MessagePack to JSON ------------------------------------------------------------------- */

static void print_object(struct buffer *out, const msgpack_object *object);

static void print_string(struct buffer *out, const char *text, size_t size) {
    json_t *string = json_stringn(text, size);
    char *dump = json_dumps(string, JSON_ENCODE_ANY);
    cr_assert_not_null(dump, "a string is not UTF-8");
    buffer_text(out, dump);
    free(dump);
    json_decref(string);
}

static void print_map(struct buffer *out, const msgpack_object_map *map) {
    buffer_text(out, "{");
    for (uint32_t i = 0; i < map->size; i++) {
        buffer_text(out, i == 0 ? "" : ",");
        print_object(out, &map->ptr[i].key);
        buffer_text(out, ":");
        print_object(out, &map->ptr[i].val);
    }
    buffer_text(out, "}");
}

static void print_object(struct buffer *out, const msgpack_object *object) {
    if (object->type == MSGPACK_OBJECT_NIL) {
        buffer_text(out, "null");
    } else if (object->type == MSGPACK_OBJECT_BOOLEAN) {
        buffer_text(out, object->via.boolean ? "true" : "false");
    } else if (object->type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
        buffer_format(out, "%" PRIu64, object->via.u64);
    } else if (object->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
        buffer_format(out, "%" PRId64, object->via.i64);
    } else if (object->type == MSGPACK_OBJECT_STR) {
        print_string(out, object->via.str.ptr, object->via.str.size);
    } else if (object->type == MSGPACK_OBJECT_BIN) {
        buffer_text(out, "{\"$bin\":\"");
        put_hex(out, (const uint8_t *)object->via.bin.ptr, object->via.bin.size);
        buffer_text(out, "\"}");
    } else if (object->type == MSGPACK_OBJECT_ARRAY) {
        buffer_text(out, "[");
        for (uint32_t i = 0; i < object->via.array.size; i++) {
            buffer_text(out, i == 0 ? "" : ",");
            print_object(out, &object->via.array.ptr[i]);
        }
        buffer_text(out, "]");
    } else {
        cr_assert_eq(object->type, MSGPACK_OBJECT_MAP, "a type which no reply has");
        print_map(out, &object->via.map);
    }
}

void golden_to_json(struct buffer *out, const void *bytes, size_t size) {
    msgpack_unpacked unpacked;
    size_t used = 0;
    msgpack_unpacked_init(&unpacked);
    cr_assert_eq(msgpack_unpack_next(&unpacked, bytes, size, &used), MSGPACK_UNPACK_SUCCESS);
    cr_assert_eq(used, size, "bytes behind the frame");
    print_object(out, &unpacked.data);
    msgpack_unpacked_destroy(&unpacked);
}

/* ---- JSON to MessagePack ------------------------------------------------------------------- */

void golden_from_hex(struct buffer *out, const char *text) {
    while (*text != '\0') {
        char *end;
        unsigned char byte = (unsigned char)strtoul((char[]){text[0], text[1], 0}, &end, 16);
        cr_assert_eq(*end, '\0', "no hex: %s", text);
        buffer_append(out, &byte, 1);
        text += text[2] == ' ' ? 3 : 2;
    }
}

static void pack_json(struct buffer *out, msgpack_packer *packer, json_t *json) {
    const char *name;
    json_t *value;
    size_t index;
    if (json_is_object(json) && json_object_get(json, "$bin") != NULL) {
        struct buffer bytes;
        buffer_init(&bytes, 1 << 20);
        golden_from_hex(&bytes, json_string_value(json_object_get(json, "$bin")));
        pack_binary(packer, bytes.base, bytes.used);
        buffer_free(&bytes);
    } else if (json_is_object(json)) {
        msgpack_pack_map(packer, json_object_size(json));
        json_object_foreach(json, name, value) {
            pack_text(packer, name);
            pack_json(out, packer, value);
        }
    } else if (json_is_array(json)) {
        msgpack_pack_array(packer, json_array_size(json));
        json_array_foreach(json, index, value) {
            pack_json(out, packer, value);
        }
    } else if (json_is_string(json)) {
        pack_text(packer, json_string_value(json));
    } else if (json_is_integer(json)) {
        msgpack_pack_int64(packer, json_integer_value(json));
    } else if (json_is_real(json)) {
        msgpack_pack_double(packer, json_real_value(json));
    } else if (json_is_boolean(json)) {
        pack_bool(packer, json_is_true(json));
    } else {
        msgpack_pack_nil(packer);
    }
}

void golden_from_json(struct buffer *out, const char *text) {
    json_error_t error;
    msgpack_packer packer;
    json_t *json = json_loads(text, JSON_DECODE_ANY, &error);
    cr_assert_not_null(json, "%s: %s", error.text, text);
    pack_start(&packer, out);
    pack_json(out, &packer, json);
    json_decref(json);
}
