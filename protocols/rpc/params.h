/* params.h - reads the params of a call: typed readers which note the first fault, and maps with
 * known keys. No allocation but in the caller's zone; any thread. */
#ifndef PROTOCOLS_RPC_PARAMS_H
#define PROTOCOLS_RPC_PARAMS_H

#include <msgpack.h>

#include "protocols/common/slice.h"
#include "protocols/rpc/fault.h"

#define RPC_PARAMS_MAX 16384 /* bytes of any params but open's                       */
#define RPC_PAYMENT_MAX 2048 /* bytes of one payment of open; the largest needs 1.6 K */

/* Every key of every map, and how it is read. X(PLACE, member, reader) */
/* clang-format off */
#define RPC_KEY_MAP(X) \
    X(REQUESTER,      requester,      UINT) \
    X(VALUE_DATE,     value_date,     DATE) \
    X(EXPIRES_IN_S,   expires_in_s,   UINT32) \
    X(WAIT_FOR_FUNDS, wait_for_funds, BOOL) \
    X(REVERSAL_OF,    reversal_of,    UINT) \
    X(DELIVER_TO,     deliver_to,     UINT32) \
    X(ATTRIBUTES,     attributes,     BYTES) \
    X(TOKEN_ACCOUNT,  token_account,  UINT) \
    X(TOKEN_HASH,     token_hash,     HASH) \
    X(BY_PROVIDER,    by_provider,    BOOL) \
    X(BEFORE,         before,         UINT) \
    X(LIMIT,          limit,          LIMIT) \
    X(ID,             id,             UINT) \
    X(OWNER,          owner,          UINT) \
    X(KIND,           kind,           KIND) \
    X(CURRENCY,       currency,       UINT16) \
    X(FLAGS,          flags,          UINT32) \
    X(FLOOR,          floor,          AMOUNT) \
    X(CEILING,        ceiling,        NO_OR_AMOUNT) \
    X(DAY_LIMIT,      day_limit,      NO_OR_AMOUNT) \
    X(MONTH_LIMIT,    month_limit,    NO_OR_AMOUNT)
/* clang-format on */

/* A value that is absent, true or false, or a number is a number here; bytes are a slice. */
union rpc_value {
    uint64_t number;
    struct slice bytes;
};

struct rpc_keys {
    uint64_t seen; /* which were there: RPC_KEY(place) bits */
#define X(place, member, reader) union rpc_value member;
    RPC_KEY_MAP(X)
#undef X
};
#define RPC_KEY(place) ((uint64_t)1 << RPC_PLACE_##place)

static inline bool rpc_key_seen(const struct rpc_keys *keys, uint64_t key) {
    return (keys->seen & key) != 0;
}

/* Unpacks one whole value which fills bytes exactly, after checking that it is well-formed within
 * size_max bytes. The object lives as long as zone is not cleared, and borrows from bytes. */
bool rpc_unpack(struct slice bytes, size_t size_max, msgpack_zone *zone, msgpack_object *object);

/* The index-th element, or a nil when the array is shorter. */
const msgpack_object *rpc_element(const msgpack_object *array, uint32_t index);

/* Each reads one object, or notes `place` and what was expected there and returns false. */
bool rpc_read_uint(const msgpack_object *object, enum rpc_place place, uint64_t *value,
                   struct rpc_fault *fault);
bool rpc_read_bytes(const msgpack_object *object, enum rpc_place place, size_t size_max,
                    struct slice *value, struct rpc_fault *fault);

/* Reads a map whose keys are among `allowed` (RPC_KEY bits); nil is an empty one. `map` names it
 * in faults. Keys that were not seen are zero. */
bool rpc_read_keys(const msgpack_object *object, enum rpc_place map, uint64_t allowed,
                   struct rpc_keys *keys, struct rpc_fault *fault);

#endif
