/* checkpay.c - the inbound adapter: a bank or payment network tops up clients' wallets and pays
 * merchants, GET /checkpay/NETWORK?..., in the network's dialect. decode and encode run on a loop.
 */
#include "protocols/checkpay/caller.h"
#include "protocols/checkpay/payee.h"
#include "protocols/common/assert.h"

/* What encode wants to know again. */
struct kept {
    const struct checkpay_profile *profile; /* the config's: lives as long as the node */
    uint8_t command, id_size;
    uint8_t outcome; /* DONE: the ledger decides; else what it is, unless it was made before */
    char id[CHECKPAY_INBOUND_ID_MAX];
};
_Static_assert(sizeof(struct kept) <= sizeof(struct adapter_note), "fits a note");

static void tell(const struct kept *kept, enum checkpay_outcome outcome,
                 const struct ledger_payment *payment, struct adapter_reply *reply) {
    struct checkpay_told told = {.outcome = outcome, .id = {kept->id, kept->id_size}};
    if (payment != NULL) {
        told.payment = payment->id;
        told.amount = ledger_payment_legs(payment)->amount;
        told.time_ns = payment->opened_ns;
    }
    reply->status = 200;
    reply->content_type = checkpay_content_type(kept->profile);
    checkpay_tell(kept->profile, &told, reply->body);
}

/* ---- Asked ---- */

static enum ledger_status put(const struct adapter_env *env, const struct caller *caller,
                              const struct checkpay_asked *asked, struct ledger_writer *writer,
                              struct kept *kept) {
    struct payee payee = {0, 0};
    if (asked->command == CHECKPAY_STATUS || asked->command == CHECKPAY_CANCEL)
        return payee_put_lookup(writer, caller, asked);
    kept->outcome = (uint8_t)payee_find(env, caller, asked, &payee);
    if (asked->command == CHECKPAY_PAY)
        return payee_put_pay(writer, caller, asked, &payee);
    return kept->outcome == CHECKPAY_DONE ? payee_put_check(writer, caller, asked, &payee)
                                          : LEDGER_DONE;
}

static enum adapter_verdict decode(void *context, const struct adapter_request *request,
                                   struct ledger_writer *writer, struct adapter_note *note,
                                   struct adapter_reply *reply) {
    struct caller caller;
    struct checkpay_asked asked;
    if (!caller_find(context, request, &caller, reply))
        return ADAPTER_ANSWERED;
    bool post = caller.profile->method == CHECKPAY_POST;
    enum checkpay_outcome outcome = checkpay_asked_read(
        caller.profile, post ? request->body : request->query, request->received_ns, &asked);
    struct kept kept = {.profile = caller.profile, .id_size = (uint8_t)strlen(asked.id)};
    memcpy(kept.id, asked.id, kept.id_size);
    if (outcome == CHECKPAY_DONE) {
        kept.command = (uint8_t)asked.command;
        enum ledger_status status = put(context, &caller, &asked, writer, &kept);
        outcome =
            status == LEDGER_DONE ? (enum checkpay_outcome)kept.outcome : payee_outcome(status);
        if (status == LEDGER_DONE && writer->count > 0) {
            memcpy(note->bytes, &kept, sizeof kept);
            return ADAPTER_SUBMIT;
        }
    }
    tell(&kept, outcome, NULL, reply);
    return ADAPTER_ANSWERED;
}

/* ---- Answered ---- */

static const struct ledger_payment *found(const struct ledger_result *result) {
    return result->status == LEDGER_DONE ? result->body : NULL;
}

/* Of a payment that is there; ours are posted at once, so that another state is the operator's. */
static enum checkpay_outcome of_state(const struct ledger_payment *payment) {
    return payment->state == LEDGER_COMPLETED  ? CHECKPAY_DONE
           : payment->state == LEDGER_DECLINED ? CHECKPAY_NOT_ALLOWED
                                               : CHECKPAY_IN_PROGRESS;
}

static void tell_pay(const struct kept *kept, const struct ledger_result *results,
                     struct adapter_reply *reply) {
    const struct ledger_payment *payment = found(&results[1]);
    bool made = results->status == LEDGER_DONE || results->status == LEDGER_REPLAYED;
    bool decided = made || results->status == LEDGER_REF_CONFLICT ||
                   results->status == LEDGER_BUSY || kept->outcome == CHECKPAY_DONE;
    if (made && payment == NULL)
        tell(kept, CHECKPAY_IN_PROGRESS, NULL, reply); /* made, but it could not be looked at */
    else if (made)
        tell(kept, of_state(payment), payment, reply);
    else if (decided)
        tell(kept, payee_outcome(results->status), NULL, reply);
    else
        tell(kept, kept->outcome, NULL, reply);
}

static void tell_lookup(const struct kept *kept, const struct ledger_result *result,
                        struct adapter_reply *reply) {
    const struct ledger_payment *payment = found(result);
    if (payment == NULL)
        tell(kept, payee_outcome(result->status), NULL, reply);
    else if (kept->command == CHECKPAY_CANCEL)
        tell(kept, CHECKPAY_CANNOT_CANCEL, payment, reply);
    else
        tell(kept, of_state(payment), payment, reply);
}

static void encode(void *context, const struct adapter_note *note,
                   const struct ledger_result *results, uint32_t count,
                   struct adapter_reply *reply) {
    struct kept kept;
    (void)context;
    memcpy(&kept, note->bytes, sizeof kept);
    if (results == NULL) { /* a pay may have happened or not: asked again, it is known */
        tell(&kept, kept.command == CHECKPAY_PAY ? CHECKPAY_IN_PROGRESS : CHECKPAY_TEMPORARY, NULL,
             reply);
        return;
    }
    ASSERT(count == (kept.command == CHECKPAY_PAY ? 2 : 1));
    if (kept.command == CHECKPAY_PAY)
        tell_pay(&kept, results, reply);
    else if (kept.command == CHECKPAY_CHECK)
        tell(&kept, payee_outcome(results->status), NULL, reply);
    else
        tell_lookup(&kept, results, reply);
}

static int init(void **context, const struct adapter_env *env) {
    *context = (void *)(uintptr_t)env; /* it outlives us, and is not changed */
    return 0;
}

static void fini(void *context) {
    (void)context;
}

const struct adapter checkpay_adapter = {
    .name = "checkpay",
    .path_prefix = CHECKPAY_PREFIX,
    .init = init,
    .fini = fini,
    .decode = decode,
    .encode = encode,
};
