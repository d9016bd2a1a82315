/* result.c - results, records and the node's own figures as MessagePack. */
#include "protocols/common/assert.h"
#include "protocols/common/statement.h"
#include "protocols/rpc/methods.h"
#include "protocols/rpc/pack.h"

static void put_uint(msgpack_packer *packer, const char *name, uint64_t value) {
    pack_text(packer, name);
    msgpack_pack_uint64(packer, value);
}

static void put_bool(msgpack_packer *packer, const char *name, bool value) {
    pack_text(packer, name);
    pack_bool(packer, value);
}

/* ---- Outcomes ------------------------------------------------------------------------------ */

/* [status, payment, state, replayed, sequence], and the text of a fault when there is one. */
static void pack_outcome(msgpack_packer *packer, const struct ledger_result *result,
                         const struct rpc_fault *fault) {
    char text[RPC_FAULT_TEXT];
    msgpack_pack_array(packer, fault == NULL ? 5 : 6);
    msgpack_pack_uint16(packer, result->status);
    msgpack_pack_uint64(packer, result->payment);
    msgpack_pack_uint8(packer, result->state);
    pack_bool(packer, result->replayed != 0);
    msgpack_pack_uint64(packer, result->sequence);
    if (fault != NULL)
        pack_text(packer, rpc_fault_text(fault, text));
}

static void pack_outcomes(msgpack_packer *packer, const struct rpc_fault *fault,
                          const struct ledger_result *results, uint32_t count) {
    msgpack_pack_array(packer, count);
    for (uint32_t i = 0; i < count; i++) {
        bool faulty = fault->place != RPC_PLACE_NONE && fault->item == i;
        pack_outcome(packer, &results[i], faulty ? fault : NULL);
    }
}

/* ---- Records ------------------------------------------------------------------------------- */

static void pack_leg(msgpack_packer *packer, const struct ledger_leg *leg) {
    msgpack_pack_array(packer, 5);
    msgpack_pack_uint64(packer, leg->debit);
    msgpack_pack_uint64(packer, leg->credit);
    msgpack_pack_uint64(packer, leg->amount);
    msgpack_pack_int64(packer, leg->debit_balance);
    msgpack_pack_int64(packer, leg->credit_balance);
}

static void pack_payment(msgpack_packer *packer, const struct ledger_payment *payment) {
    msgpack_pack_map(packer, 17);
    put_uint(packer, "id", payment->id);
    put_uint(packer, "requester", payment->requester);
    pack_text(packer, "reference");
    pack_binary(packer, ledger_payment_reference(payment), payment->reference_size);
    put_uint(packer, "operation", payment->operation);
    put_uint(packer, "state", payment->state);
    pack_text(packer, "legs");
    msgpack_pack_array(packer, payment->leg_count);
    for (uint32_t i = 0; i < payment->leg_count; i++)
        pack_leg(packer, &ledger_payment_legs(payment)[i]);
    put_uint(packer, "value_date", payment->value_date);
    put_bool(packer, "post", (payment->flags & LEDGER_PAYMENT_POST) != 0);
    put_bool(packer, "wait_for_funds", (payment->flags & LEDGER_PAYMENT_WAIT) != 0);
    put_bool(packer, "dispatched", (payment->flags & LEDGER_PAYMENT_DISPATCHED) != 0);
    put_bool(packer, "expired", (payment->flags & LEDGER_PAYMENT_EXPIRED) != 0);
    put_uint(packer, "opened_ns", payment->opened_ns);
    put_uint(packer, "changed_ns", payment->changed_ns);
    put_uint(packer, "deadline_ns", payment->deadline_ns);
    put_uint(packer, "reversal_of", payment->reversal_of);
    pack_text(packer, "attributes");
    pack_binary(packer, ledger_payment_attributes(payment), payment->attributes_size);
    put_uint(packer, "sequence", payment->sequence);
}

/* A limit, or nil when there is none. */
static void put_limit(msgpack_packer *packer, const char *name, uint64_t value) {
    pack_text(packer, name);
    if (value == LEDGER_NO_CEILING)
        msgpack_pack_nil(packer);
    else
        msgpack_pack_uint64(packer, value);
}

static void pack_account(msgpack_packer *packer, const struct ledger_account *account) {
    int64_t balance = (int64_t)account->credits_posted - (int64_t)account->debits_posted;
    const char *kind = ledger_kind_name(account->kind);
    msgpack_pack_map(packer, 23);
    put_uint(packer, "id", account->id);
    put_uint(packer, "owner", account->owner);
    pack_text(packer, "kind");
    pack_text(packer, kind == NULL ? "" : kind);
    put_uint(packer, "currency", account->currency);
    put_uint(packer, "flags", account->flags);
    put_uint(packer, "debits_pending", account->debits_pending);
    put_uint(packer, "debits_posted", account->debits_posted);
    put_uint(packer, "credits_pending", account->credits_pending);
    put_uint(packer, "credits_posted", account->credits_posted);
    pack_text(packer, "balance");
    msgpack_pack_int64(packer, balance);
    pack_text(packer, "available");
    msgpack_pack_int64(packer,
                       balance - (int64_t)account->debits_pending + (int64_t)account->floor);
    put_uint(packer, "floor", account->floor);
    put_limit(packer, "ceiling", account->ceiling);
    put_limit(packer, "day_limit", account->day_limit);
    put_limit(packer, "month_limit", account->month_limit);
    put_uint(packer, "day", account->day);
    put_uint(packer, "day_turnover", account->day_turnover);
    put_uint(packer, "month", account->month);
    put_uint(packer, "month_turnover", account->month_turnover);
    put_uint(packer, "entry_head", account->entry_head);
    put_uint(packer, "entry_count", account->entry_count);
    put_uint(packer, "opened_ns", account->opened_ns);
    put_uint(packer, "changed_ns", account->changed_ns);
}

/* [status, record or nil]. */
static void pack_record(msgpack_packer *packer, enum rpc_answer answer,
                        const struct ledger_result *result) {
    msgpack_pack_array(packer, 2);
    msgpack_pack_uint16(packer, result->status);
    if (result->status != LEDGER_DONE)
        msgpack_pack_nil(packer);
    else if (answer == RPC_ANSWER_PAYMENT)
        pack_payment(packer, result->body);
    else if (answer == RPC_ANSWER_ACCOUNT)
        pack_account(packer, result->body);
    else
        pack_binary(packer, result->body, result->body_size);
}

void rpc_pack_results(struct buffer *body, const struct rpc_note *note,
                      const struct ledger_result *results, uint32_t count) {
    ASSERT(count >= 1);
    msgpack_packer packer;
    pack_start(&packer, body);
    rpc_reply_start(body, note->call_id);
    if (note->answer == RPC_ANSWER_OPEN)
        pack_outcomes(&packer, &note->fault, results, count);
    else if (note->answer == RPC_ANSWER_OUTCOME)
        pack_outcome(&packer, results, NULL);
    else
        pack_record(&packer, (enum rpc_answer)note->answer, results);
}

/* ---- Statement ----------------------------------------------------------------------------- */

static void pack_entry(msgpack_packer *packer, const struct statement_entry *entry) {
    msgpack_pack_map(packer, 9);
    put_uint(packer, "entry", entry->link);
    put_uint(packer, "payment", entry->payment->id);
    put_uint(packer, "leg", LEDGER_ENTRY_LEG(entry->link));
    pack_text(packer, "side");
    pack_text(packer, entry->credit ? "credit" : "debit");
    put_uint(packer, "amount", entry->leg->amount);
    pack_text(packer, "balance");
    msgpack_pack_int64(packer, statement_balance(entry));
    put_uint(packer, "operation", entry->payment->operation);
    put_uint(packer, "value_date", entry->payment->value_date);
    put_uint(packer, "posted_ns", entry->payment->changed_ns);
}

void rpc_pack_statement(struct buffer *body, const struct rpc_note *note,
                        struct ledger_snapshot *snapshot) {
    struct statement statement;
    enum statement_status status =
        statement_read(snapshot, note->account, note->before, note->limit, &statement);
    if (status == STATEMENT_NOT_ENTRY) {
        rpc_reply_error(body, note->call_id, RPC_ERROR_BAD_PARAMS,
                        "options.before: expected an entry of this account");
        return;
    }
    msgpack_packer packer;
    pack_start(&packer, body);
    rpc_reply_start(body, note->call_id);
    msgpack_pack_array(&packer, 2);
    msgpack_pack_uint16(&packer, status == STATEMENT_READ ? LEDGER_DONE : LEDGER_ACCOUNT_NOT_FOUND);
    msgpack_pack_map(&packer, 4);
    put_uint(&packer, "account", note->account);
    put_uint(&packer, "as_of_sequence", statement.sequence);
    pack_text(&packer, "entries");
    msgpack_pack_array(&packer, statement.count);
    for (uint32_t i = 0; i < statement.count; i++)
        pack_entry(&packer, &statement.entries[i]);
    put_uint(&packer, "next", statement.next);
}

/* ---- The node ------------------------------------------------------------------------------ */

/* What of struct ledger_stats a gateway is told. */
#define STATS_MAP(X)                                                                               \
    X(sequence)                                                                                    \
    X(checkpoint_sequence)                                                                         \
    X(time_ns)                                                                                     \
    X(payments)                                                                                    \
    X(open_payments)                                                                               \
    X(table_bytes)                                                                                 \
    X(table_used)                                                                                  \
    X(accounts_cached)                                                                             \
    X(account_slots)                                                                               \
    X(journal_bytes)                                                                               \
    X(journal_segments)                                                                            \
    X(checkpoints)                                                                                 \
    X(checkpoint_failures)                                                                         \
    X(store_bytes)                                                                                 \
    X(store_bytes_max)

static void pack_names(msgpack_packer *packer) {
    pack_text(packer, "statuses");
    msgpack_pack_array(packer, LEDGER_STATUS_COUNT);
    for (unsigned status = 0; status < LEDGER_STATUS_COUNT; status++)
        pack_text(packer, ledger_status_name(status));
    pack_text(packer, "states");
    msgpack_pack_array(packer, LEDGER_DECLINED + 1);
    pack_text(packer, "NONE");
    for (unsigned state = LEDGER_WAITING; state <= LEDGER_DECLINED; state++)
        pack_text(packer, ledger_state_name(state));
}

void rpc_pack_info(struct buffer *body, const struct adapter_env *env) {
    struct ledger_stats stats = {.sequence = 0};
    uint64_t uptime_ns = 0;
    char why[256] = "";
    env->stats(env->node, &stats, &uptime_ns);
    bool ready = env->ready(env->node, why, sizeof why);
    msgpack_packer packer;
    pack_start(&packer, body);
    msgpack_pack_map(&packer, 7);
    pack_text(&packer, "version");
    pack_text(&packer, env->version);
    put_uint(&packer, "uptime_ns", uptime_ns);
    put_bool(&packer, "ready", ready);
    pack_text(&packer, "why");
    pack_text(&packer, ready ? "" : why);
    pack_names(&packer);
    pack_text(&packer, "ledger");
#define X(name) +1
    msgpack_pack_map(&packer, 0 STATS_MAP(X));
#undef X
#define X(name) put_uint(&packer, #name, stats.name);
    STATS_MAP(X)
#undef X
}
