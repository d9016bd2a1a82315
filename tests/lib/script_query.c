#include "tests/lib/require.h"
#include "tests/lib/script_internal.h"

#include <stddef.h>
#include <string.h>

struct field {
    const char *name;
    size_t offset, size;
};

#define FIELD(type, member)                                                                        \
    { #member, offsetof(type, member), sizeof((type){0}.member) }

static const struct field account_fields[] = {FIELD(struct ledger_account, owner),
                                              FIELD(struct ledger_account, debits_pending),
                                              FIELD(struct ledger_account, debits_posted),
                                              FIELD(struct ledger_account, credits_pending),
                                              FIELD(struct ledger_account, credits_posted),
                                              FIELD(struct ledger_account, floor),
                                              FIELD(struct ledger_account, ceiling),
                                              FIELD(struct ledger_account, day_limit),
                                              FIELD(struct ledger_account, month_limit),
                                              FIELD(struct ledger_account, day_turnover),
                                              FIELD(struct ledger_account, month_turnover),
                                              FIELD(struct ledger_account, entry_count),
                                              FIELD(struct ledger_account, day),
                                              FIELD(struct ledger_account, month),
                                              FIELD(struct ledger_account, kind),
                                              FIELD(struct ledger_account, currency),
                                              FIELD(struct ledger_account, flags),
                                              FIELD(struct ledger_account, passing_pending),
                                              {NULL, 0, 0}};

static const struct field payment_fields[] = {
    FIELD(struct ledger_payment, id),          FIELD(struct ledger_payment, requester),
    FIELD(struct ledger_payment, opened_ns),   FIELD(struct ledger_payment, changed_ns),
    FIELD(struct ledger_payment, deadline_ns), FIELD(struct ledger_payment, sequence),
    FIELD(struct ledger_payment, reversal_of), FIELD(struct ledger_payment, value_date),
    FIELD(struct ledger_payment, operation),   FIELD(struct ledger_payment, leg_count),
    FIELD(struct ledger_payment, flags),       {NULL, 0, 0}};

static const struct field *field_find(const struct field *fields, const char *name) {
    for (; fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static uint64_t field_read(const struct field *field, const void *record) {
    uint64_t value = 0; /* little-endian machine: the low bytes come first */
    memcpy(&value, (const uint8_t *)record + field->offset, field->size);
    return value;
}

static bool look(struct script *script, struct ledger_result *result, const char *reference,
                 uint64_t account) {
    alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_target target = {.requester = SCRIPT_REQUESTER,
                                   .reference = reference,
                                   .reference_size =
                                       reference != NULL ? (uint32_t)strlen(reference) : 0};
    enum ledger_status shape = reference != NULL
                                   ? ledger_put_target(&writer, LEDGER_LOOKUP, &target)
                                   : ledger_put_account_lookup(&writer, account);
    REQUIRE(shape == LEDGER_DONE);
    return script_ask(script, &writer, result);
}

/* ---- FIELD ACCOUNT = N ---- */

static void account_query(struct script *script, struct script_words *words) {
    const char *name = words_take(words);
    uint64_t id = words_number(words);
    REQUIRE(words_accept(words, "="));
    const char *word = words_take(words);
    int64_t expected =
        *word == '-' ? -(int64_t)script_number(word + 1) : (int64_t)script_number(word);
    struct ledger_result result;
    if (!look(script, &result, NULL, id))
        return;
    if (result.status != LEDGER_DONE) {
        script_fail(script, "%s %s: no such account", name, word);
        return;
    }
    const struct ledger_account *account = result.body;
    int64_t got = (int64_t)(account->credits_posted - account->debits_posted);
    if (strcmp(name, "available") == 0)
        got += (int64_t)(account->floor - account->debits_pending);
    else if (strcmp(name, "balance") != 0)
        got = (int64_t)field_read(field_find(account_fields, name), account);
    if (got != expected)
        script_fail(script, "%s of %llu is %lld, not %s", name, (unsigned long long)id,
                    (long long)got, word);
}

/* ---- payment REF FIELD = VALUE ---- */

static void payment_query(struct script *script, struct script_words *words) {
    const char *reference = words_take(words), *name = words_take(words);
    REQUIRE(words_accept(words, "="));
    const char *word = words_take(words);
    struct ledger_result result;
    if (!look(script, &result, reference, 0))
        return;
    if (result.status != LEDGER_DONE) {
        script_fail(script, "payment %s is not there", reference);
        return;
    }
    const struct ledger_payment *payment = result.body;
    char got[LEDGER_ATTRIBUTES_MAX + 1];
    if (strcmp(name, "state") == 0) {
        snprintf(got, sizeof got, "%s", ledger_state_name(payment->state));
    } else if (strcmp(name, "attributes") == 0) {
        memcpy(got, ledger_payment_attributes(payment), payment->attributes_size);
        got[payment->attributes_size] = '\0';
    } else {
        const struct field *field = field_find(payment_fields, name);
        REQUIRE(field != NULL);
        snprintf(got, sizeof got, "%llu", (unsigned long long)field_read(field, payment));
    }
    if (strcmp(got, word) != 0)
        script_fail(script, "payment %s: %s is %s, not %s", reference, name, got, word);
}

/* ---- statement ACCOUNT = ... ---- */

/* Asks for the payment of an entry; its posting's amount (a debit: negative), balance after it and
 * the link to the account's previous one. False: not there. */
static bool entry_read(struct script *script, uint64_t link, char *text, size_t size,
                       uint64_t *previous) {
    alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct ledger_target target = {.payment = LEDGER_ENTRY_PAYMENT(link)};
    struct ledger_result result;
    REQUIRE(ledger_put_target(&writer, LEDGER_LOOKUP, &target) == LEDGER_DONE);
    if (!script_ask(script, &writer, &result) || result.status != LEDGER_DONE)
        return false;
    const struct ledger_payment *payment = result.body;
    if (LEDGER_ENTRY_LEG(link) >= payment->leg_count)
        return false;
    const struct ledger_leg *leg = &ledger_payment_legs(payment)[LEDGER_ENTRY_LEG(link)];
    bool credit = LEDGER_ENTRY_CREDIT(link);
    *previous = credit ? leg->credit_previous : leg->debit_previous;
    snprintf(text, size, "%.*s %s%llu %lld ", payment->reference_size,
             (const char *)ledger_payment_reference(payment), credit ? "" : "-",
             (unsigned long long)leg->amount,
             (long long)(credit ? leg->credit_balance : leg->debit_balance));
    return true;
}

static void statement_query(struct script *script, struct script_words *words) {
    uint64_t id = words_number(words);
    REQUIRE(words_accept(words, "="));
    char expected[SCRIPT_STATEMENT_MAX] = "", got[SCRIPT_STATEMENT_MAX] = "";
    for (size_t used = 0; *words_peek(words) != '\0'; used = strlen(expected))
        snprintf(expected + used, sizeof expected - used, "%s ", words_take(words));
    struct ledger_result result;
    if (!look(script, &result, NULL, id) || result.status != LEDGER_DONE) {
        script_fail(script, "statement of %llu: no such account", (unsigned long long)id);
        return;
    }
    uint64_t link = ((const struct ledger_account *)result.body)->entry_head;
    while (link != 0 && strlen(got) < sizeof got - 200) {
        size_t used = strlen(got);
        if (!entry_read(script, link, got + used, sizeof got - used, &link)) {
            script_fail(script, "entry %llu is not there, after: %s", (unsigned long long)link,
                        got);
            return;
        }
    }
    if (strcmp(got, expected) != 0)
        script_fail(script, "statement of %llu is %s, not %s", (unsigned long long)id, got,
                    expected);
}

bool script_query(struct script *script, struct script_words *words) {
    const char *name = words_peek(words);
    bool of_account = strcmp(name, "balance") == 0 || strcmp(name, "available") == 0 ||
                      field_find(account_fields, name) != NULL;
    bool is_query = of_account || strcmp(name, "payment") == 0 || strcmp(name, "statement") == 0;
    if (!is_query || !script_send(script))
        return is_query;
    if (of_account) {
        account_query(script, words);
        return true;
    }
    words->next++;
    if (*name == 'p')
        payment_query(script, words);
    else
        statement_query(script, words);
    return true;
}
