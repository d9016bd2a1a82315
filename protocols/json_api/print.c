/* print.c - results and records as JSON. */
#include <inttypes.h>
#include <jansson.h>

#include "protocols/common/assert.h"
#include "protocols/common/statement.h"
#include "protocols/json_api/calls.h"
#include "protocols/json_api/problem.h"
#include "protocols/json_api/text.h"

static void start(struct adapter_reply *reply, uint32_t status) {
    reply->status = status;
    reply->content_type = "application/json";
}

/* ---- Payments ------------------------------------------------------------------------------ */

void call_print_outcome(struct adapter_reply *reply, const struct ledger_result *result,
                        bool opened) {
    bool created = opened && result->replayed == 0;
    start(reply, created ? 201 : 200);
    if (created)
        buffer_format(reply->headers, "Location: /v1/payments/%" PRIu64 "\r\n", result->payment);
    buffer_format(reply->body,
                  "{\"id\":%" PRIu64 ",\"state\":\"%s\",\"replayed\":%s,\"sequence\":%" PRIu64 "}",
                  result->payment, ledger_state_name(result->state),
                  result->replayed != 0 ? "true" : "false", result->sequence);
}

static void print_leg(struct buffer *body, const struct ledger_leg *leg, bool posted) {
    buffer_format(body, "{\"debit\":%" PRIu64, leg->debit);
    text_number(body, "credit", leg->credit);
    text_amount(body, "amount", leg->amount);
    if (posted) {
        text_balance(body, "debit_balance", leg->debit_balance);
        text_balance(body, "credit_balance", leg->credit_balance);
    } else {
        buffer_text(body, ",\"debit_balance\":null,\"credit_balance\":null");
    }
    buffer_text(body, "}");
}

static void print_legs(struct buffer *body, const struct ledger_payment *payment) {
    const struct ledger_leg *legs = ledger_payment_legs(payment);
    buffer_text(body, ",\"legs\":[");
    for (uint32_t i = 0; i < payment->leg_count; i++) {
        if (i > 0)
            buffer_text(body, ",");
        print_leg(body, &legs[i], payment->state == LEDGER_COMPLETED);
    }
    buffer_text(body, "]");
}

/* Ours are JSON objects, and come back as such; those of other doors may be any bytes. */
static void print_attributes(struct buffer *body, struct slice bytes) {
    json_t *object = json_loadb(bytes.base, bytes.size, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(object)) {
        buffer_text(body, ",\"attributes\":");
        buffer_append(body, bytes.base, bytes.size);
    } else if (bytes.size == 0) {
        buffer_text(body, ",\"attributes\":null");
    } else {
        text_base64(body, "attributes", bytes);
    }
    json_decref(object);
}

void call_print_payment(struct adapter_reply *reply, const struct ledger_payment *payment) {
    struct buffer *body = reply->body;
    start(reply, 200);
    buffer_format(body, "{\"id\":%" PRIu64, payment->id);
    text_number(body, "requester", payment->requester);
    text_bytes(
        body, "reference",
        (struct slice){(const char *)ledger_payment_reference(payment), payment->reference_size});
    text_operation(body, payment->operation);
    text_word(body, "mode", (payment->flags & LEDGER_PAYMENT_POST) != 0 ? "post" : "hold");
    text_word(body, "state", ledger_state_name(payment->state));
    print_legs(body, payment);
    text_date(body, "value_date", payment->value_date);
    text_bool(body, "wait_for_funds", (payment->flags & LEDGER_PAYMENT_WAIT) != 0);
    text_bool(body, "dispatched", (payment->flags & LEDGER_PAYMENT_DISPATCHED) != 0);
    text_bool(body, "expired", (payment->flags & LEDGER_PAYMENT_EXPIRED) != 0);
    text_time(body, "opened_at", payment->opened_ns);
    text_time(body, "changed_at", payment->changed_ns);
    text_time(body, "expires_at", payment->deadline_ns);
    text_id(body, "reversal_of", payment->reversal_of);
    print_attributes(body, (struct slice){(const char *)ledger_payment_attributes(payment),
                                          payment->attributes_size});
    text_number(body, "sequence", payment->sequence);
    buffer_text(body, "}");
}

/* ---- Accounts ------------------------------------------------------------------------------ */

static void print_flags(struct buffer *body, uint32_t flags) {
    static const char *const names[] = {"frozen", "closed", "overdraft"}; /* bits 0, 1, 2 */
    const char *comma = "";
    buffer_text(body, ",\"flags\":[");
    for (uint32_t bit = 0; bit < 3; bit++) {
        if ((flags >> bit & 1u) == 0)
            continue;
        buffer_format(body, "%s\"%s\"", comma, names[bit]);
        comma = ",";
    }
    buffer_text(body, "]");
}

/* What was set when the account was opened or changed. */
static void print_settings(struct buffer *body, const struct call_account *account) {
    const char *kind = ledger_kind_name(account->kind);
    buffer_format(body, "{\"id\":%" PRIu64, account->id);
    text_number(body, "owner", account->owner);
    text_word(body, "kind", kind == NULL ? "" : kind);
    if (account->currency == LEDGER_CURRENCY_KZT)
        text_word(body, "currency", "KZT");
    else
        buffer_format(body, ",\"currency\":\"%03u\"", account->currency);
    text_amount(body, "floor", account->floor);
    text_limit(body, "ceiling", account->ceiling);
    text_limit(body, "day_limit", account->day_limit);
    text_limit(body, "month_limit", account->month_limit);
    print_flags(body, account->flags);
}

static void print_counters(struct buffer *body, const struct ledger_account *account) {
    int64_t balance = (int64_t)account->credits_posted - (int64_t)account->debits_posted;
    int64_t held = (int64_t)account->debits_pending, floor = (int64_t)account->floor;
    text_amount(body, "debits_pending", account->debits_pending);
    text_amount(body, "debits_posted", account->debits_posted);
    text_amount(body, "credits_pending", account->credits_pending);
    text_amount(body, "credits_posted", account->credits_posted);
    text_balance(body, "balance", balance);
    text_balance(body, "available", balance - held + floor);
}

void call_print_account(struct adapter_reply *reply, const struct ledger_account *account) {
    struct buffer *body = reply->body;
    const struct call_account settings = {
        .id = account->id,
        .owner = account->owner,
        .floor = account->floor,
        .ceiling = account->ceiling,
        .day_limit = account->day_limit,
        .month_limit = account->month_limit,
        .kind = account->kind,
        .currency = account->currency,
        .flags = (uint8_t)account->flags,
    };
    start(reply, 200);
    print_settings(body, &settings);
    print_counters(body, account);
    text_date(body, "day", account->day);
    text_amount(body, "day_turnover", account->day_turnover);
    text_amount(body, "month_turnover", account->month_turnover);
    text_number(body, "entry_count", account->entry_count);
    text_id(body, "entry_head", account->entry_head);
    text_time(body, "opened_at", account->opened_ns);
    text_time(body, "changed_at", account->changed_ns);
    buffer_text(body, "}");
}

/* A new account has no money yet; of an old one, GET tells it. */
void call_print_account_opened(struct adapter_reply *reply, const struct call_account *account,
                               const struct ledger_result *result) {
    bool created = result->replayed == 0;
    const struct ledger_account empty = {.floor = account->floor};
    start(reply, created ? 201 : 200);
    if (created)
        buffer_format(reply->headers, "Location: /v1/accounts/%" PRIu64 "\r\n", account->id);
    print_settings(reply->body, account);
    if (created)
        print_counters(reply->body, &empty);
    text_bool(reply->body, "replayed", !created);
    text_number(reply->body, "sequence", result->sequence);
    buffer_text(reply->body, "}");
}

/* ---- Entries ------------------------------------------------------------------------------- */

static void print_entry(struct buffer *body, const struct statement_entry *entry) {
    buffer_format(body, "{\"entry\":%" PRIu64, entry->link);
    text_number(body, "payment", entry->payment->id);
    text_number(body, "leg", LEDGER_ENTRY_LEG(entry->link));
    text_word(body, "side", entry->credit ? "credit" : "debit");
    text_amount(body, "amount", entry->leg->amount);
    text_balance(body, "balance", statement_balance(entry));
    text_operation(body, entry->payment->operation);
    text_date(body, "value_date", entry->payment->value_date);
    text_time(body, "posted_at", entry->payment->changed_ns);
    buffer_text(body, "}");
}

void call_print_entries(struct adapter_reply *reply, const struct call_note *note,
                        struct ledger_snapshot *snapshot) {
    struct statement statement;
    struct buffer *body = reply->body;
    enum statement_status status =
        statement_read(snapshot, note->of.entries.account, note->of.entries.before,
                       note->of.entries.limit, &statement);
    if (status == STATEMENT_NO_ACCOUNT) {
        problem_reply_status(reply, LEDGER_ACCOUNT_NOT_FOUND);
        return;
    }
    if (status == STATEMENT_NOT_ENTRY) {
        problem_reply(reply, PROBLEM_BAD_REQUEST, "before: expected an entry of this account");
        return;
    }
    start(reply, 200);
    buffer_format(body, "{\"account\":%" PRIu64, note->of.entries.account);
    text_number(body, "as_of_sequence", statement.sequence);
    buffer_text(body, ",\"entries\":[");
    for (uint32_t i = 0; i < statement.count; i++) {
        if (i > 0)
            buffer_text(body, ",");
        print_entry(body, &statement.entries[i]);
    }
    buffer_text(body, "]");
    text_id(body, "next_before", statement.next);
    buffer_text(body, "}");
}
