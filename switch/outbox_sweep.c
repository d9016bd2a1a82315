/* outbox_sweep.c - drops deliveries whose payments have ended without the outbox: those that were
 * declined before they were dispatched. One that is taken from its queue is found so by itself;
 * those that wait for a dead provider would gather, and take others' places. So when there are more
 * than payments can be open, the ledger is asked about all of them. */
#include "switch/assert.h"
#include "switch/clock.h"
#include "switch/limits.h"
#include "switch/outbox_inner.h"

/* More than half as many again as can be held at once: a third of them have ended. */
static bool is_needed(const struct outbox *outbox) {
    return outbox->table.used > outbox->config->open_payments_max / 2 * 3;
}

/* Shops are told of an end, too: what they wait for ends by the outbox alone. */
static bool is_shops(const struct outbox *outbox, const struct outbox_entry *entry) {
    return entry->queue < outbox->provider_count && outbox->providers[entry->queue].shops;
}

/* The next entries that wait, into the sweep's list. */
static void collect(struct outbox *outbox) {
    struct outbox_sweep *sweep = &outbox->sweep;
    sweep->count = 0;
    while (sweep->at < outbox->table.fresh && sweep->count < OUTBOX_SWEEP_MAX) {
        const struct outbox_entry *entry = &outbox->table.entries[sweep->at++];
        if (entry->state != OUTBOX_FREE && entry->state != OUTBOX_FLYING &&
            !is_shops(outbox, entry)) {
            sweep->payments[sweep->count++] = entry->payment;
        }
    }
}

/* Asks the ledger about them. False: no room now. */
static bool ask(struct outbox *outbox) {
    struct ledger_writer writer;
    if (!bridge_reserve(outbox->lane, OUTBOX_SWEEP_MAX * OUTBOX_LOOKUP_BYTES, &writer)) {
        return false;
    }
    for (uint32_t i = 0; i < outbox->sweep.count; i++) {
        const struct ledger_target target = {.payment = outbox->sweep.payments[i]};
        enum ledger_status status = ledger_put_target(&writer, LEDGER_LOOKUP, &target);
        ASSERT(status == LEDGER_DONE);
    }
    return bridge_send(outbox->lane, &writer, OUTBOX_SWEEP_TICKET);
}

void outbox_sweep(struct outbox *outbox) {
    struct outbox_sweep *sweep = &outbox->sweep;
    if (sweep->asked || outbox->stopping || outbox->failed ||
        clock_monotonic_ns() < sweep->not_before_ns) {
        return;
    }
    if (sweep->count == 0) {
        if (sweep->at == 0 && !is_needed(outbox)) {
            return;
        }
        collect(outbox);
    }
    if (sweep->count == 0) { /* through with it */
        sweep->at = 0;
        sweep->not_before_ns = is_needed(outbox) ? clock_monotonic_ns() + OUTBOX_SWEEP_NS : 0;
        return;
    }
    sweep->asked = ask(outbox);
    if (!sweep->asked) {
        sweep->not_before_ns = clock_monotonic_ns() + OUTBOX_DELAY_NS;
    }
}

void outbox_swept(struct outbox *outbox, const struct ledger_result *results, uint32_t count) {
    struct outbox_sweep *sweep = &outbox->sweep;
    ASSERT(sweep->asked && (results == NULL || count == sweep->count));
    for (uint32_t i = 0; results != NULL && i < count; i++) {
        uint32_t entry = outbox_table_find(&outbox->table, sweep->payments[i]);
        bool ended = results[i].status == LEDGER_DONE && results[i].state != LEDGER_HELD;
        if (ended && entry != OUTBOX_NONE && outbox->table.entries[entry].state != OUTBOX_FLYING) {
            outbox_table_drop(&outbox->table, entry);
        }
    }
    outbox->failed = outbox->failed || results == NULL;
    sweep->asked = false;
    sweep->count = 0;
}
