/* account_pack.c - accounts as the RPC methods take them. */
#include "switch/account_pack.h"

#include "protocols/rpc/pack.h"

static void pack_limit(msgpack_packer *packer, const char *key, uint64_t value) {
    pack_text(packer, key);
    if (value == LEDGER_NO_CEILING) {
        msgpack_pack_nil(packer);
    } else {
        msgpack_pack_uint64(packer, value);
    }
}

static void pack_fields(msgpack_packer *packer, const struct ledger_account_request *request,
                        uint32_t fields) {
    if ((fields & LEDGER_FIELD_OWNER) != 0) {
        pack_text(packer, "owner");
        msgpack_pack_uint64(packer, request->owner);
    }
    if ((fields & LEDGER_FIELD_FLAGS) != 0) {
        pack_text(packer, "flags");
        msgpack_pack_uint32(packer, request->flags);
    }
    if ((fields & LEDGER_FIELD_FLOOR) != 0) {
        pack_text(packer, "floor");
        msgpack_pack_uint64(packer, request->floor);
    }
    if ((fields & LEDGER_FIELD_CEILING) != 0) {
        pack_limit(packer, "ceiling", request->ceiling);
    }
    if ((fields & LEDGER_FIELD_DAY_LIMIT) != 0) {
        pack_limit(packer, "day_limit", request->day_limit);
    }
    if ((fields & LEDGER_FIELD_MONTH_LIMIT) != 0) {
        pack_limit(packer, "month_limit", request->month_limit);
    }
}

#define ALL_FIELDS 63u
_Static_assert(LEDGER_FIELD_OWNER == 32, "ALL_FIELDS has each");

void account_pack_open(msgpack_packer *packer, const struct ledger_account_request *request) {
    msgpack_pack_array(packer, 1);
    msgpack_pack_map(packer, 2 + 6);
    pack_text(packer, "id");
    msgpack_pack_uint64(packer, request->id);
    pack_text(packer, "kind");
    pack_text(packer, ledger_kind_name(request->kind));
    pack_fields(packer, request, ALL_FIELDS);
}

void account_pack_change(msgpack_packer *packer, const struct ledger_account_request *request,
                         uint32_t fields) {
    msgpack_pack_array(packer, 2);
    msgpack_pack_uint64(packer, request->id);
    msgpack_pack_map(packer, (uint32_t)__builtin_popcount(fields));
    pack_fields(packer, request, fields);
}
