/* open.c - the method `open`: the one that carries the traffic. */
#include "protocols/common/act.h"
#include "protocols/common/assert.h"
#include "protocols/common/frame.h"
#include "protocols/rpc/methods.h"

enum { ZONE_BYTES = 4096 }; /* holds the objects of an ordinary payment several times */

#define OPTIONS                                                                                    \
    (RPC_KEY(REQUESTER) | RPC_KEY(VALUE_DATE) | RPC_KEY(EXPIRES_IN_S) | RPC_KEY(WAIT_FOR_FUNDS) |  \
     RPC_KEY(REVERSAL_OF) | RPC_KEY(DELIVER_TO) | RPC_KEY(ATTRIBUTES) | RPC_KEY(TOKEN_ACCOUNT) |   \
     RPC_KEY(TOKEN_HASH))

/* One payment as read: the command-to-be, with the memory its pointers need. */
struct payment {
    struct ledger_open open;
    struct ledger_leg_request legs[LEDGER_LEGS_MAX];
    struct rpc_keys keys;
};

static bool read_leg(const msgpack_object *object, struct ledger_leg_request *leg,
                     struct rpc_fault *fault) {
    if (object->type != MSGPACK_OBJECT_ARRAY || object->via.array.size > 3)
        return rpc_fail(fault, RPC_PLACE_LEG, RPC_EXPECTED_LEG);
    return rpc_read_uint(rpc_element(object, 0), RPC_PLACE_LEG_DEBIT, &leg->debit, fault) &&
           rpc_read_uint(rpc_element(object, 1), RPC_PLACE_LEG_CREDIT, &leg->credit, fault) &&
           rpc_read_uint(rpc_element(object, 2), RPC_PLACE_LEG_AMOUNT, &leg->amount, fault);
}

/* More legs than a payment has are counted, not read: the ledger's BAD_LEGS is their answer. */
static bool read_legs(const msgpack_object *object, struct payment *payment,
                      struct rpc_fault *fault) {
    if (object->type != MSGPACK_OBJECT_ARRAY)
        return rpc_fail(fault, RPC_PLACE_LEGS, RPC_EXPECTED_LEGS);
    payment->open.legs = payment->legs;
    payment->open.leg_count = object->via.array.size;
    for (uint32_t i = 0; i < payment->open.leg_count && i < LEDGER_LEGS_MAX; i++) {
        fault->leg = (uint8_t)i;
        if (!read_leg(rpc_element(object, i), &payment->legs[i], fault))
            return false;
    }
    return true;
}

static bool read_mode(const msgpack_object *object, bool *post, struct rpc_fault *fault) {
    struct slice mode;
    if (!rpc_read_bytes(object, RPC_PLACE_MODE, 4, &mode, fault))
        return rpc_fail(fault, RPC_PLACE_MODE, RPC_EXPECTED_MODE);
    *post = slice_equal(mode, SLICE("post"));
    return *post || slice_equal(mode, SLICE("hold")) ||
           rpc_fail(fault, RPC_PLACE_MODE, RPC_EXPECTED_MODE);
}

static bool read_options(const msgpack_object *object, struct payment *payment,
                         struct rpc_fault *fault) {
    struct rpc_keys *keys = &payment->keys;
    if (!rpc_read_keys(object, RPC_PLACE_OPTIONS, OPTIONS, keys, fault))
        return false;
    struct ledger_open *open = &payment->open;
    open->value_date = (uint32_t)keys->value_date.number;
    open->expires_in_s = (uint32_t)keys->expires_in_s.number;
    open->wait_for_funds = keys->wait_for_funds.number != 0;
    open->reversal_of = keys->reversal_of.number;
    open->deliver_to = (uint32_t)keys->deliver_to.number;
    open->attributes = keys->attributes.bytes.base;
    open->attributes_size = (uint32_t)keys->attributes.bytes.size;
    open->token_account = keys->token_account.number;
    open->token_hash = (const uint8_t *)keys->token_hash.bytes.base;
    if (rpc_key_seen(keys, RPC_KEY(TOKEN_ACCOUNT)) != rpc_key_seen(keys, RPC_KEY(TOKEN_HASH))) {
        fault->map = RPC_PLACE_OPTIONS;
        return rpc_fail(fault, RPC_PLACE_TOKEN_HASH, RPC_EXPECTED_HASH);
    }
    return true;
}

static bool read_payment(const msgpack_object *object, struct payment *payment,
                         struct rpc_fault *fault) {
    payment->open = (struct ledger_open){.requester = 0};
    if (object->type != MSGPACK_OBJECT_ARRAY || object->via.array.size > 5)
        return rpc_fail(fault, RPC_PLACE_PAYMENT, RPC_EXPECTED_PAYMENT);
    struct slice reference;
    uint64_t operation = 0;
    if (!rpc_read_bytes(rpc_element(object, 0), RPC_PLACE_REFERENCE, RPC_PAYMENT_MAX, &reference,
                        fault) ||
        !rpc_read_uint(rpc_element(object, 1), RPC_PLACE_OPERATION, &operation, fault))
        return false;
    if (operation > UINT16_MAX)
        return rpc_fail(fault, RPC_PLACE_OPERATION, RPC_EXPECTED_UINT16);
    payment->open.reference = reference.base;
    payment->open.reference_size = (uint32_t)reference.size;
    payment->open.operation = (uint16_t)operation;
    return read_legs(rpc_element(object, 2), payment, fault) &&
           read_mode(rpc_element(object, 3), &payment->open.post, fault) &&
           read_options(rpc_element(object, 4), payment, fault);
}

static bool is_granted(const struct grant *grant, const struct ledger_open *open) {
    if (open->deliver_to != 0 && !grant_allows(grant, GRANT_DELIVER))
        return false;
    for (uint32_t i = 0; i < open->leg_count && i < LEDGER_LEGS_MAX; i++)
        if (!grant_account(grant, open->legs[i].debit) ||
            !grant_account(grant, open->legs[i].credit))
            return false;
    return open->token_account == 0 || grant_account(grant, open->token_account);
}

/* Puts the payment, or says by which status it is refused. */
static enum ledger_status put_payment(const msgpack_object *object, const struct grant *grant,
                                      struct ledger_writer *writer, struct rpc_fault *fault) {
    struct payment payment;
    if (!read_payment(object, &payment, fault))
        return LEDGER_BAD_COMMAND;
    enum ledger_status status = LEDGER_DONE;
    if (!rpc_requester(grant, &payment.keys, false, &payment.open.requester, &status, fault))
        return status;
    if (!is_granted(grant, &payment.open))
        return LEDGER_FORBIDDEN;
    return ledger_put_open(writer, &payment.open);
}

/* The bytes of the payment in front of `rest`; it is whole when DONE is returned. */
static enum frame_status next_payment(struct slice rest, struct slice *payment) {
    struct frame_scanner scanner;
    frame_start(&scanner, RPC_PAYMENT_MAX);
    enum frame_status status = frame_scan(&scanner, rest.base, rest.size);
    if (status == FRAME_TOO_LARGE) { /* skip it, for its neighbours' sake */
        frame_start(&scanner, UINT32_MAX);
        if (frame_scan(&scanner, rest.base, rest.size) != FRAME_DONE)
            return FRAME_INVALID;
    }
    *payment = (struct slice){rest.base, scanner.position};
    return status;
}

/* One call on its way: where its commands go, and what is to be remembered. */
struct batch {
    const struct adapter_request *request;
    struct ledger_writer *writer;
    struct rpc_note *note; /* its fault becomes that of the first malformed payment */
    msgpack_zone zone;     /* the objects of one payment                            */
    bool busy;             /* the writer is full                                    */
};

/* Puts one command for the payment in front of *rest, and takes it off. False: there is no whole
 * payment, or no room. */
static bool put_next(struct batch *batch, uint32_t index, struct slice *rest) {
    struct slice payment;
    struct rpc_fault fault = {.item = index, .in_item = true};
    enum ledger_status status = LEDGER_BAD_COMMAND;
    msgpack_object object;
    size_t offset = 0;
    enum frame_status frame = next_payment(*rest, &payment);
    if (frame == FRAME_TOO_LARGE)
        rpc_fail(&fault, RPC_PLACE_PAYMENT, RPC_EXPECTED_SMALL);
    else if (frame != FRAME_DONE)
        return false;
    else if (msgpack_unpack(payment.base, payment.size, &offset, &batch->zone, &object) ==
             MSGPACK_UNPACK_SUCCESS)
        status = put_payment(&object, batch->request->grant, batch->writer, &fault);
    msgpack_zone_clear(&batch->zone);
    if (status == LEDGER_DONE && batch->request->actor != NULL && batch->request->actor->person)
        status = act_put(batch->request, batch->writer);
    if (status != LEDGER_DONE && status != LEDGER_BUSY)
        status = ledger_put_refused(batch->writer, status);
    if (batch->note->fault.place == RPC_PLACE_NONE)
        batch->note->fault = fault;
    batch->busy = status == LEDGER_BUSY;
    *rest = slice_after(*rest, payment.size);
    return !batch->busy;
}

/* Puts a command for each of `count` payments, which fill `rest` exactly. */
static bool put_payments(struct batch *batch, struct slice rest, uint32_t count) {
    if (!msgpack_zone_init(&batch->zone, ZONE_BYTES)) {
        batch->busy = true;
        return false;
    }
    uint32_t done = 0;
    while (done < count && put_next(batch, done, &rest))
        done++;
    msgpack_zone_destroy(&batch->zone);
    return done == count && rest.size == 0;
}

/* Takes the heads off [[payment, ...]]. False: they are others, or the count is out of range. */
static bool read_heads(struct slice *rest, uint32_t *count) {
    uint32_t params = 0;
    size_t head = frame_read_array(rest->base, rest->size, &params);
    if (head == 0 || params != 1)
        return false;
    *rest = slice_after(*rest, head);
    head = frame_read_array(rest->base, rest->size, count);
    *rest = slice_after(*rest, head);
    return head > 0 && *count >= 1 && *count <= LEDGER_BATCH_MAX;
}

enum adapter_verdict rpc_open_decode(const struct adapter_request *request,
                                     struct ledger_writer *writer, struct rpc_note *note,
                                     struct adapter_reply *reply) {
    struct batch batch = {.request = request, .writer = writer, .note = note};
    const struct ledger_writer before = *writer;
    struct slice rest = request->body;
    uint32_t count = 0;
    if (read_heads(&rest, &count) && put_payments(&batch, rest, count))
        return ADAPTER_SUBMIT;
    *writer = before;
    if (batch.busy && note->fault.place == RPC_PLACE_NONE) {
        rpc_reply_error(reply->body, note->call_id, RPC_ERROR_BUSY, NULL);
        return ADAPTER_ANSWERED;
    }
    if (!batch.busy) { /* when there was no room, a malformed payment is the better answer */
        note->fault = (struct rpc_fault){.item = 0};
        rpc_fail(&note->fault, RPC_PLACE_PAYMENTS, RPC_EXPECTED_PAYMENTS);
    }
    char text[RPC_FAULT_TEXT];
    rpc_reply_error(reply->body, note->call_id, RPC_ERROR_BAD_PARAMS,
                    rpc_fault_text(&note->fault, text));
    return ADAPTER_ANSWERED;
}
