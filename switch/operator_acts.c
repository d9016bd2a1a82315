#include "switch/operator_acts.h"

#include <inttypes.h>
#include <stdlib.h>

#include "protocols/common/money.h"
#include "protocols/registry/registry.h"
#include "switch/limits.h"

#define FIELD_BYTES ((size_t)8192) /* the longest value is a key's bytes in hexadecimal */

static void pack_slice(msgpack_packer *packer, struct slice text) {
    (void)msgpack_pack_str(packer, text.size);
    (void)msgpack_pack_str_body(packer, text.base, text.size);
}

/* The parts of an act's bytes. */
struct parts {
    struct slice name, from, reason, key, before, after;
};

static struct slice cut(const uint8_t **at, size_t size) {
    struct slice part = {(const char *)*at, size};
    *at += size;
    return part;
}

static void cut_up(const struct ledger_act_whole *act, struct parts *parts) {
    const struct ledger_act *head = &act->head;
    const uint8_t *at = act->bytes;
    parts->name = cut(&at, head->name_size);
    parts->from = cut(&at, head->from_size);
    parts->reason = cut(&at, head->reason_size);
    parts->key = cut(&at, head->key_size);
    parts->before = cut(&at, head->before_size);
    parts->after = cut(&at, head->after_size);
}

/* ---- What changed: rows of a field, before and after ---------------------------------------- */

/* Rows go into a buffer of their own, since their count comes before them. */
struct changes {
    struct buffer rows;
    uint32_t count;
};

static void add(struct changes *changes, const char *field, struct slice before,
                struct slice after) {
    msgpack_packer packer;
    if (slice_equal(before, after)) {
        return;
    }
    pack_start(&packer, &changes->rows);
    msgpack_pack_array(&packer, 3);
    pack_text(&packer, field);
    pack_slice(&packer, before);
    pack_slice(&packer, after);
    changes->count++;
}

static void add_number(struct changes *changes, const char *field, bool had, uint64_t before,
                       uint64_t after) {
    char texts[2][24];
    (void)snprintf(texts[0], sizeof(texts[0]), "%" PRIu64, before);
    (void)snprintf(texts[1], sizeof(texts[1]), "%" PRIu64, after);
    add(changes, field, had ? slice_text(texts[0]) : SLICE(""), slice_text(texts[1]));
}

/* Tenge, or "none". */
static void add_amount(struct changes *changes, const char *field, bool had, uint64_t before,
                       uint64_t after) {
    char texts[2][MONEY_TEXT];
    struct slice was =
        before == LEDGER_NO_CEILING ? SLICE("none") : slice_text(money_text(before, texts[0]));
    struct slice is =
        after == LEDGER_NO_CEILING ? SLICE("none") : slice_text(money_text(after, texts[1]));
    add(changes, field, had ? was : SLICE(""), is);
}

static struct slice kind_of(unsigned kind) {
    const char *name = ledger_kind_name(kind);
    return name == NULL ? SLICE("") : slice_text(name);
}

static void add_field(struct changes *changes, const struct registry_field *field,
                      const union registry_record *before, const union registry_record *after) {
    struct buffer texts[2];
    const union registry_record *records[2] = {before, after};
    for (uint32_t i = 0; i < 2; i++) {
        buffer_init(&texts[i], FIELD_BYTES);
        if (records[i] != NULL) {
            registry_print(records[i], field, &texts[i]);
        }
    }
    struct slice was = {texts[0].base, texts[0].used}, is = {texts[1].base, texts[1].used};
    if (field->secret && !slice_equal(was, is)) {
        add(changes, field->name, SLICE("(secret)"), SLICE("(another one)"));
    } else {
        add(changes, field->name, was, is);
    }
    buffer_free(&texts[0]);
    buffer_free(&texts[1]);
}

/* Two values of a key that is no record of ours are only told to differ. */
static void add_record(struct changes *changes, const struct parts *parts) {
    union registry_record *records = calloc(2, sizeof(*records));
    enum registry_kind kind = registry_kind_of(parts->key);
    struct registry_fault fault;
    bool had = parts->before.size > 0;
    bool good = records != NULL && kind != REGISTRY_KINDS &&
                registry_take(kind, parts->key, parts->after, &records[1], &fault) &&
                (!had || registry_take(kind, parts->key, parts->before, &records[0], &fault));
    for (uint32_t i = 0; good && i < registry_schemas[kind].field_count; i++) {
        const struct registry_field *field = &registry_schemas[kind].fields[i];
        if (!field->in_key) {
            add_field(changes, field, had ? &records[0] : NULL, &records[1]);
        }
    }
    if (!good) {
        add(changes, "value", had ? SLICE("(bytes)") : SLICE(""), SLICE("(other bytes)"));
    }
    free(records);
}

static void add_account(struct changes *changes, const struct parts *parts) {
    struct ledger_account was = {0}, is = {0};
    bool had = parts->before.size == sizeof(was);
    if (parts->after.size != sizeof(is)) {
        return;
    }
    if (had) {
        memcpy(&was, parts->before.base, sizeof(was));
    }
    memcpy(&is, parts->after.base, sizeof(is));
    add_number(changes, "owner", had, was.owner, is.owner);
    add(changes, "kind", had ? kind_of(was.kind) : SLICE(""), kind_of(is.kind));
    add_number(changes, "flags", had, was.flags, is.flags);
    add_amount(changes, "floor", had, was.floor, is.floor);
    add_amount(changes, "ceiling", had, was.ceiling, is.ceiling);
    add_amount(changes, "day_limit", had, was.day_limit, is.day_limit);
    add_amount(changes, "month_limit", had, was.month_limit, is.month_limit);
}

static struct slice state_of(struct slice brief) {
    return brief.size < sizeof(struct ledger_act_payment)
               ? SLICE("")
               : slice_text(ledger_state_name((uint8_t)brief.base[0]));
}

static void find_changes(const struct ledger_act_whole *act, const struct parts *parts,
                         struct changes *changes) {
    if (act->head.kind == LEDGER_REGISTRY_PUT) {
        add_record(changes, parts);
    } else if (act->head.kind == LEDGER_ACCOUNT_OPEN || act->head.kind == LEDGER_ACCOUNT_CHANGE) {
        add_account(changes, parts);
    } else {
        add(changes, "state", state_of(parts->before), state_of(parts->after));
    }
}

/* ---- The list ------------------------------------------------------------------------------ */

static const char *what_of(unsigned kind) {
    static const char *const names[] = {
        [LEDGER_OPEN] = "open",
        [LEDGER_COMPLETE] = "complete",
        [LEDGER_DECLINE] = "decline",
        [LEDGER_RETRY] = "retry",
        [LEDGER_NOTIFY] = "notify",
        [LEDGER_ACCOUNT_OPEN] = "account_open",
        [LEDGER_ACCOUNT_CHANGE] = "account_change",
        [LEDGER_REGISTRY_PUT] = "registry_put",
    };
    bool known = kind < sizeof(names) / sizeof(names[0]) && names[kind] != NULL;
    return known ? names[kind] : "?";
}

static void put_act(msgpack_packer *packer, struct buffer *reply,
                    const struct ledger_act_whole *act) {
    struct parts parts;
    struct changes changes = {.count = 0};
    char id[24];
    cut_up(act, &parts);
    buffer_init(&changes.rows, OPERATOR_LIST_BYTES);
    find_changes(act, &parts, &changes);
    (void)snprintf(id, sizeof(id), "%" PRIu64, act->head.id);
    msgpack_pack_map(packer, 8);
    operator_put_uint(packer, "number", act->head.number);
    operator_put_uint(packer, "time_ns", act->head.time_ns);
    pack_text(packer, "name");
    pack_slice(packer, parts.name);
    pack_text(packer, "from");
    pack_slice(packer, parts.from);
    pack_text(packer, "reason");
    pack_slice(packer, parts.reason);
    pack_text(packer, "what");
    pack_text(packer, what_of(act->head.kind));
    pack_text(packer, "about");
    pack_slice(packer, parts.key.size > 0 ? parts.key : slice_text(id));
    pack_text(packer, "changes");
    msgpack_pack_array(packer, changes.count);
    buffer_append(reply, changes.rows.base, changes.rows.used);
    reply->failed = reply->failed || changes.rows.failed;
    buffer_free(&changes.rows);
}

void operator_list_acts(struct buffer *reply, struct ledger_snapshot *snapshot,
                        const struct operator_page *page) {
    struct ledger_act_whole *act = malloc(sizeof(*act));
    uint64_t all = ledger_snapshot_acts(snapshot);
    uint64_t left = page->after < all ? all - page->after : 0;
    uint32_t count = left < page->limit ? (uint32_t)left : page->limit;
    count = count < OPERATOR_ACTS_MAX ? count : OPERATOR_ACTS_MAX;
    msgpack_packer packer;
    pack_start(&packer, reply);
    msgpack_pack_map(&packer, 3);
    operator_put_uint(&packer, "as_of_sequence", ledger_snapshot_sequence(snapshot));
    operator_put_uint(&packer, "next", left > count ? page->after + count : 0);
    pack_text(&packer, "acts");
    msgpack_pack_array(&packer, count);
    for (uint32_t i = 0; i < count && act != NULL; i++) {
        if (!ledger_snapshot_act(snapshot, page->after + 1 + i, act)) {
            reply->failed = true; /* the audit tells which */
            break;
        }
        put_act(&packer, reply, act);
    }
    reply->failed = reply->failed || act == NULL;
    free(act);
}
