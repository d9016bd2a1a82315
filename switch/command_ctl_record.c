/* command_ctl_record.c - registry records of `tiyn ctl`: named, set from options, read, put. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/rpc/pack.h"
#include "switch/command.h"
#include "switch/ctl.h"

/* ---- From the command line ---------------------------------------------------------------- */

static int set(struct ctl_record *record, const struct registry_field *field, const char *text) {
    const char *why = NULL;
    if (registry_set(record->kind, &record->record, field, slice_text(text), &why)) {
        return COMMAND_OK;
    }
    return command_usage("ctl", "%s: \"%s\" is not understood: expected %s", field->name, text,
                         why);
}

/* An optional login of a tariff's key; "any" is none. */
static int set_partner(struct ctl_record *record, const char *name, const char *text) {
    if (text == NULL || strcmp(text, "any") == 0) {
        return COMMAND_OK;
    }
    return set(record, registry_field_of(record->kind, slice_text(name)), text);
}

static int set_class(struct ctl_record *record, const char *text) {
    record->record.limits.identified = strcmp(text, "identified") == 0;
    if (record->record.limits.identified || strcmp(text, "unidentified") == 0) {
        return COMMAND_OK;
    }
    return command_usage("ctl", "\"%s\" is no class of clients: identified or unidentified", text);
}

int ctl_record_start(struct ctl *ctl, struct ctl_record *record) {
    const char *text = ctl->arguments[0];
    *record = (struct ctl_record){.kind = ctl->command->kind, .version = LEDGER_VERSION_NEW};
    if (record->kind == REGISTRY_LIMITS) {
        return set_class(record, text);
    }
    if (text[0] == '\0') {
        return command_usage("ctl", "%s is empty", ctl->command->arguments);
    }
    /* The first field is the key's, or its first part. */
    int code = set(record, &registry_schemas[record->kind].fields[0], text);
    if (code == COMMAND_OK && record->kind == REGISTRY_TARIFF) {
        code = set_partner(record, "agent", ctl->options[CTL_AGENT]);
        code =
            code == COMMAND_OK ? set_partner(record, "merchant", ctl->options[CTL_MERCHANT]) : code;
    }
    return code;
}

int ctl_record_set(struct ctl *ctl, struct ctl_record *record) {
    int code = COMMAND_OK;
    for (uint32_t i = 0; code == COMMAND_OK && i < ctl->given_count; i++) {
        code = set(record, ctl->given[i].field, ctl->given[i].text);
    }
    return code;
}

int ctl_record_check(const struct ctl_record *record) {
    const char *why = NULL;
    char flag[CTL_FLAG_TEXT];
    if (registry_check(record->kind, &record->record, &why)) {
        return COMMAND_OK;
    }
    if (registry_field_of(record->kind, slice_text(why)) != NULL) {
        return command_usage("ctl", "%s is needed", ctl_flag(why, flag));
    }
    return command_usage("ctl", "%s", why);
}

const char *ctl_record_cursor(const struct ctl_record *record, char *out) {
    char key[LEDGER_KEY_MAX];
    size_t size = registry_key(record->kind, &record->record, key);
    size_t word = strlen(registry_schemas[record->kind].name) + 1;
    snprintf(out, CTL_TEXT, "%.*s", (int)(size - word), key + word);
    return out;
}

const char *ctl_record_name(const struct ctl_record *record, char *out) {
    char key[CTL_TEXT];
    snprintf(out, CTL_TEXT, "%s %.200s", registry_schemas[record->kind].name,
             ctl_record_cursor(record, key));
    return out;
}

/* ---- Reading ------------------------------------------------------------------------------ */

static bool read_record(struct ctl_record *record, struct slice key, struct slice value,
                        const char **why) {
    record->version = ledger_registry_version(value.base, value.size);
    return registry_read(record->kind, key, value, &record->record, why) &&
           registry_check(record->kind, &record->record, why);
}

static int broken(struct slice key, const char *why) {
    fprintf(stderr, "tiyn ctl: the record %.*s cannot be read: %s\n", (int)key.size, key.base, why);
    return COMMAND_FAILED;
}

int ctl_record_read(struct ctl *ctl, struct ctl_record *record) {
    char text[LEDGER_KEY_MAX];
    const char *why = NULL;
    const msgpack_object *value = NULL;
    unsigned status = 0;
    struct slice key = {text, registry_key(record->kind, &record->record, text)};
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 1);
    pack_binary(packer, key.base, key.size);
    int code = ctl_call_status(ctl, "registry_get", &status, &value);
    if (code != COMMAND_OK) {
        return code;
    }
    if (status == LEDGER_RECORD_NOT_FOUND) {
        record->version = LEDGER_VERSION_NEW;
        return COMMAND_OK;
    }
    if (status != LEDGER_DONE) {
        return ctl_refused(ctl, status, NULL);
    }
    return read_record(record, key, ctl_bytes(value), &why) ? COMMAND_OK : broken(key, why);
}

int ctl_limits_read(struct ctl *ctl, bool identified, struct registry_limits *limits) {
    struct ctl_record record = {.kind = REGISTRY_LIMITS,
                                .record.limits = {.identified = identified}};
    int code = ctl_record_read(ctl, &record);
    *limits = record.record.limits;
    if (code == COMMAND_OK && record.version == LEDGER_VERSION_NEW) {
        registry_limits_default(identified, limits);
    }
    return code;
}

/* ---- Putting ------------------------------------------------------------------------------ */

static int changed(const struct ctl *ctl, const struct ctl_record *record) {
    char hint[3 * CTL_TEXT], cursor[CTL_TEXT];
    const char *kind = registry_schemas[record->kind].name;
    if (record->kind == REGISTRY_KEY) {
        snprintf(hint, sizeof(hint), "key %s is there already and is another one; give --number",
                 ctl_record_cursor(record, cursor));
    } else if (record->version == LEDGER_VERSION_NEW) {
        snprintf(
            hint, sizeof(hint),
            "%s %s is there already; look at it with: tiyn ctl %s show %s, and change it with: "
            "tiyn ctl %s change %s",
            kind, ctl_record_cursor(record, cursor), kind, cursor, kind, cursor);
    } else {
        snprintf(hint, sizeof(hint),
                 "%s %s was changed by somebody else just now; look at it with: tiyn ctl %s show "
                 "%s, and give the command again",
                 kind, ctl_record_cursor(record, cursor), kind, cursor);
    }
    return ctl_refused(ctl, LEDGER_RECORD_CHANGED, hint);
}

int ctl_record_put(struct ctl *ctl, const struct ctl_record *record, bool *again) {
    char key[LEDGER_KEY_MAX];
    uint8_t value[LEDGER_VALUE_MAX];
    unsigned status = 0;
    size_t key_size = registry_key(record->kind, &record->record, key);
    size_t size = registry_write(record->kind, &record->record, value);
    if (size == 0) {
        return command_usage("ctl", "the record is too large");
    }
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 3);
    pack_binary(packer, key, key_size);
    pack_binary(packer, value, size);
    msgpack_pack_uint64(packer, record->version);
    int code = ctl_call_status(ctl, "registry_put", &status, NULL);
    if (code != COMMAND_OK) {
        return code;
    }
    *again = status == LEDGER_REPLAYED;
    if (status == LEDGER_RECORD_CHANGED) {
        return changed(ctl, record);
    }
    return status == LEDGER_DONE || *again ? COMMAND_OK : ctl_refused(ctl, status, NULL);
}

/* ---- Lists -------------------------------------------------------------------------------- */

/* The records of node.registry's answer. One that cannot be read is told, and left out. */
static void take_rows(enum registry_kind kind, const msgpack_object *rows, struct ctl_page *page) {
    uint32_t count = rows != NULL && rows->type == MSGPACK_OBJECT_ARRAY ? rows->via.array.size : 0;
    page->rows = ctl_grown(NULL, (count + 1) * sizeof(*page->rows));
    for (uint32_t i = 0; i < count; i++) {
        const msgpack_object *row = &rows->via.array.ptr[i];
        struct ctl_record *record = &page->rows[page->count];
        const char *why = "it has another form";
        bool pair = row->type == MSGPACK_OBJECT_ARRAY && row->via.array.size == 2;
        struct slice key = pair ? ctl_bytes(&row->via.array.ptr[0]) : SLICE("?");
        struct slice value = pair ? ctl_bytes(&row->via.array.ptr[1]) : SLICE("");
        record->kind = kind;
        if (pair && read_record(record, key, value, &why)) {
            page->count++;
        } else {
            broken(key, why);
        }
    }
}

int ctl_record_page(struct ctl *ctl, enum registry_kind kind, const char *prefix, const char *after,
                    uint64_t limit, struct ctl_page *page) {
    const msgpack_object *result = NULL;
    *page = (struct ctl_page){.rows = NULL};
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 3);
    pack_text(packer, prefix);
    pack_text(packer, after);
    msgpack_pack_uint64(packer, limit);
    int code = ctl_call(ctl, "node.registry", &result);
    if (code != COMMAND_OK) {
        return code;
    }
    struct slice next = ctl_bytes(rpc_client_field(result, "next"));
    snprintf(page->next, sizeof(page->next), "%.*s", (int)next.size, next.base);
    page->as_of_sequence = ctl_uint(result, "as_of_sequence");
    take_rows(kind, rpc_client_field(result, "records"), page);
    return COMMAND_OK;
}

#define WALK_PAGE 500u

int ctl_record_walk(struct ctl *ctl, enum registry_kind kind, const char *prefix, ctl_each *each,
                    void *context) {
    char after[LEDGER_KEY_MAX + 1] = "";
    int code = COMMAND_OK;
    do {
        struct ctl_page page;
        code = ctl_record_page(ctl, kind, prefix, after, WALK_PAGE, &page);
        for (uint32_t i = 0; code == COMMAND_OK && i < page.count; i++) {
            code = each(ctl, context, &page.rows[i]);
        }
        memcpy(after, page.next, sizeof(after));
        free(page.rows);
    } while (code == COMMAND_OK && after[0] != '\0');
    return code;
}
