/* ledger.c - batches: journal first, then apply; and the turning over of the tables. */
#include <string.h>

#include "ledger/assert.h"
#include "ledger/core.h"
#include "ledger/failure.h"
#include "ledger/limits.h"

/* The machine failed: no further batch is taken. */
static int stop(struct ledger *ledger, const struct ledger_failure *failure) {
    if (ledger->stopped == 0) {
        ledger->failure = *failure;
        ledger->stopped = failure->error;
    }
    return failure->error;
}

const char *ledger_failure_text(const struct ledger *ledger) {
    return ledger->stopped != 0 ? ledger->failure.text : "";
}

/* ---- A batch ------------------------------------------------------------------------------ */

void batch_begin(struct ledger *ledger, uint64_t sequence, uint64_t time_ns) {
    ASSERT(sequence == ledger->batch.sequence + 1);
    ASSERT(time_ns > ledger->batch.time_ns);
    ledger->batch.sequence = sequence;
    ledger->batch.time_ns = time_ns;
    ledger->batch.day = calendar_day(time_ns);
    ledger->batch.month = ledger->batch.day / 100;
}

void batch_end(struct ledger *ledger, const struct journal_batch *journalled) {
    struct table *table = ledger->active;
    memcpy(ledger->hash, journalled->hash, sizeof ledger->hash);
    memcpy(table->hash, journalled->hash, sizeof table->hash);
    table->epoch = ledger->epoch = journalled->epoch;
    table->sequence = journalled->sequence;
    table->time_ns = journalled->time_ns;
    table->journal_mark = journalled->mark;
    table->changed = true;
    struct core_counters *counters = &ledger->counters;
    counters->sequence = journalled->sequence;
    counters->time_ns = journalled->time_ns;
    counters->payments = ledger->payment_next - 1;
    counters->open_payments = ledger->open.count;
    counters->table_used = table->arena_used;
    counters->accounts_cached = ledger->accounts.used;
}

/* What a chunk takes. */
struct chunk {
    uint32_t count;    /* of ledger->list */
    uint32_t bytes;    /* of ledger->commands: those to journal */
    uint32_t written;  /* commands there */
    uint64_t accounts; /* touched at most */
    uint64_t opens;    /* that may stay open */
    struct table_need need;
};

enum placed { PLACED, PLACE_NEXT_CHUNK, PLACE_BUSY };

/* An expiry takes as many payments as there is room for. */
static uint64_t expire_count(const struct ledger *ledger, const struct chunk *chunk,
                             uint64_t wanted) {
    uint64_t per_payment = 2 * LEDGER_LEGS_MAX;
    uint64_t accounts = accounts_chunk_max(&ledger->accounts) - chunk->accounts;
    uint64_t room = accounts_room(&ledger->accounts);
    room = room > chunk->accounts ? room - chunk->accounts : 0;
    uint64_t most = (accounts < room ? accounts : room) / per_payment;
    uint64_t bytes = ledger->active->arena_bytes - ledger->active->arena_used - chunk->need.bytes;
    most = most < bytes / APPLY_END_BYTES ? most : bytes / APPLY_END_BYTES;
    uint64_t records = table_records_room(ledger->active);
    records = records > chunk->need.records ? records - chunk->need.records : 0;
    most = most < records ? most : records;
    return wanted < most ? wanted : most;
}

/* Whether there is a place for what the command leaves open. A repeat takes none, and must pass
 * when all are taken: it may be what ends its payment. */
static bool has_place(struct ledger *ledger, const struct command *command, uint64_t opens) {
    bool full = opens > ledger->open.max - ledger->open.count;
    if (!full && (!command_may_wait(command) || payment_may_wait(ledger, command->requester))) {
        return true;
    }
    return payment_is_repeat(ledger, command);
}

/* Adds a command to the chunk, or says why not. */
static enum placed place(struct ledger *ledger, struct chunk *chunk,
                         const struct command *command) {
    struct table_need need;
    uint64_t accounts, opens = command_may_stay_open(command);
    bool journalled = !command_is_read(command);
    struct command clamped;
    if (command->kind == LEDGER_EXPIRE) {
        clamped = *command;
        clamped.id = expire_count(ledger, chunk, command->id);
        command = &clamped;
        if (clamped.id == 0) {
            return chunk->count > 0 ? PLACE_NEXT_CHUNK : PLACE_BUSY;
        }
    }
    apply_need(command, &need, &accounts);
    if (chunk->bytes + command->size > ledger->payload_max ||
        chunk->accounts + accounts > accounts_chunk_max(&ledger->accounts)) {
        return PLACE_NEXT_CHUNK;
    }
    if (journalled) {
        bool alone = table_fits(ledger->active, &need);
        need.bytes += chunk->need.bytes;
        need.payments += chunk->need.payments;
        need.older += chunk->need.older;
        need.records += chunk->need.records;
        if (!table_fits(ledger->active, &need)) { /* needs are the most: those before take less */
            return alone && chunk->written > 0 ? PLACE_NEXT_CHUNK : PLACE_BUSY;
        }
        if (chunk->accounts + accounts > accounts_room(&ledger->accounts) ||
            !has_place(ledger, command, chunk->opens + opens)) {
            return PLACE_BUSY;
        }
        chunk->need = need;
        chunk->opens += opens;
        void *copy = ledger->commands + chunk->bytes;
        memcpy(copy, command, command->size);
        command = copy;
        chunk->bytes += command->size;
        chunk->written++;
    }
    chunk->accounts += accounts;
    ledger->list[chunk->count++] = command;
    return PLACED;
}

/* Makes what the chunk writes durable. */
static int journal_chunk(struct ledger *ledger, const struct chunk *chunk, uint64_t now_ns,
                         struct journal_batch *batch) {
    uint64_t last = ledger->batch.time_ns;
    struct ledger_failure failure = {0};
    *batch = (struct journal_batch){
        .epoch = ledger->epoch,
        .sequence = ledger->batch.sequence + 1,
        .time_ns = now_ns > last ? now_ns : last + 1, /* a clock may go back, the ledger may not */
        .count = chunk->written,
        .length = chunk->bytes,
        .commands = ledger->commands,
    };
    ledger->counters.clock_behind_ns = now_ns < last ? last - now_ns : 0;
    memcpy(batch->previous, ledger->hash, sizeof batch->previous);
    int rc = ledger->journal->append(ledger->journal, batch, &failure);
    if (rc != 0) {
        return stop(ledger, &failure);
    }
    ledger->appended_bytes += chunk->bytes;
    uint64_t since = ledger->appended_bytes - ledger->nudged_bytes;
    if (ledger->nudged_bytes == 0 || since > ledger->options.segment_bytes / 4) {
        ledger->nudged_bytes = ledger->appended_bytes;
        checkpoint_nudge(&ledger->checkpoint);
    }
    return 0;
}

/* Takes commands from *next on until the chunk is full, and does them. */
static int commit_chunk(struct ledger *ledger, uint64_t now_ns, const void *const *commands,
                        uint32_t count, uint32_t *next, struct ledger_result *results) {
    struct chunk chunk = {0};
    for (; *next < count; (*next)++) {
        enum placed placed = place(ledger, &chunk, commands[*next]);
        if (placed == PLACE_NEXT_CHUNK) {
            ASSERT(chunk.count > 0); /* any one command fits an empty chunk */
            break;
        }
        if (placed == PLACE_BUSY) {
            results[*next] = (struct ledger_result){.status = LEDGER_BUSY};
        } else {
            ledger->origin[chunk.count - 1] = *next;
        }
    }
    struct journal_batch batch;
    if (chunk.written > 0) {
        int rc = journal_chunk(ledger, &chunk, now_ns, &batch);
        if (rc != 0) {
            return rc;
        }
        batch_begin(ledger, batch.sequence, batch.time_ns);
    }
    apply_chunk(ledger, ledger->list, chunk.count, ledger->origin, results);
    if (chunk.written > 0) {
        batch_end(ledger, &batch);
    }
    return 0;
}

int ledger_commit(struct ledger *ledger, uint64_t now_ns, const void *const *commands,
                  uint32_t count, struct ledger_result *results) {
    ASSERT(count <= LEDGER_BATCH_MAX);
    ledger->bodies_used = 0;
    ledger->due_count = 0;
    if (ledger->stopped != 0) {
        return LEDGER_ESTOPPED;
    }
    for (uint32_t next = 0; next < count;) {
        int rc = commit_chunk(ledger, now_ns, commands, count, &next, results);
        if (rc != 0) {
            return rc;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        _Atomic uint64_t *counter = &ledger->counters.statuses[results[i].status];
        uint64_t answers = atomic_load_explicit(counter, memory_order_relaxed);
        atomic_store_explicit(counter, answers + 1, memory_order_relaxed); /* one writer */
    }
    return 0;
}

/* ---- Tables turn over --------------------------------------------------------------------- */

static uint32_t fullness(const struct ledger *ledger) {
    const struct accounts *accounts = &ledger->accounts;
    uint64_t dirty = accounts->dirty_max - accounts_room(accounts);
    uint32_t table = table_permille(ledger->active);
    uint32_t slots = (uint32_t)(dirty * 1000 / accounts->dirty_max);
    return table > slots ? table : slots;
}

static void seal(struct ledger *ledger, uint64_t now_ns) {
    struct table *spare =
        ledger->active == &ledger->tables[0] ? &ledger->tables[1] : &ledger->tables[0];
    spare->number = ledger->active->number + 1;
    spare->first_payment = ledger->payment_next;
    (void)pthread_mutex_lock(&ledger->records_lock);
    ledger->sealed = ledger->active;
    ledger->active = spare;
    (void)pthread_mutex_unlock(&ledger->records_lock);
    accounts_seal(&ledger->accounts, spare->number);
    ledger->first_change_ns = 0;
    ledger->sealed_ns = now_ns;
    ledger->counters.table_used = 0;
    checkpoint_submit(&ledger->checkpoint, ledger->sealed);
}

/* The sealed table is in LMDB: read it there. */
static void drop_sealed(struct ledger *ledger, uint64_t now_ns) {
    uint64_t took = now_ns > ledger->sealed_ns ? now_ns - ledger->sealed_ns : 0;
    accounts_saved(&ledger->accounts, ledger->sealed->number);
    (void)pthread_mutex_lock(&ledger->records_lock);
    ledger->sealed = NULL;
    (void)pthread_mutex_unlock(&ledger->records_lock);
    ledger->rest_until_ns = now_ns + 3 * (took < CHECKPOINT_NS_MAX ? took : CHECKPOINT_NS_MAX);
    checkpoint_drop(&ledger->checkpoint);
}

/* The ages below are by a wall clock, which may be set: when it goes back they begin anew, and no
 * checkpoint counts for longer than it can take. */
static void keep_time(struct ledger *ledger, uint64_t now_ns) {
    if (now_ns < ledger->tick_ns) {
        ledger->first_change_ns = ledger->first_change_ns != 0 ? now_ns : 0;
        ledger->sealed_ns = ledger->rest_until_ns = now_ns;
    }
    ledger->tick_ns = now_ns;
    if (ledger->active->changed && ledger->first_change_ns == 0) {
        ledger->first_change_ns = now_ns;
    }
}

int ledger_tick(struct ledger *ledger, uint64_t now_ns) {
    if (ledger->stopped != 0) {
        return LEDGER_ESTOPPED;
    }
    struct ledger_failure failure;
    enum spare_state state = checkpoint_state(&ledger->checkpoint);
    uint64_t generation = ledger->checkpoint.generation;
    if (ledger->checkpoint.dead) {
        (void)failure_set(&failure, LEDGER_ESTORE,
                          "store: LMDB could not write its head page; start the node again, it "
                          "recovers from the journal");
        return stop(ledger, &failure);
    }
    if (generation != ledger->store_generation) {
        if (store_reader_renew(ledger->reader) != 0) {
            (void)failure_set(&failure, LEDGER_ESTORE, "store: the snapshot cannot be renewed");
            return stop(ledger, &failure);
        }
        ledger->store_generation = generation;
    }
    keep_time(ledger, now_ns);
    if (state == SPARE_WRITTEN) {
        drop_sealed(ledger, now_ns);
    }
    if (state != SPARE_FREE || !ledger->active->changed) {
        return 0;
    }
    bool old = ledger->first_change_ns != 0 && now_ns >= ledger->rest_until_ns &&
               now_ns >= ledger->first_change_ns + ledger->options.checkpoint_ns;
    if (old || fullness(ledger) >= SEAL_PERMILLE) {
        seal(ledger, now_ns);
    }
    return 0;
}

uint64_t ledger_pause_ns(const struct ledger *ledger, uint64_t batch_ns) {
    if (ledger->sealed == NULL) {
        return 0;
    }
    /* The active table may be as full as the checkpoint is done, and a quarter more. What is
     * beyond that slows down, so that both end together. */
    uint64_t full = fullness(ledger), done = ledger->checkpoint.permille;
    uint64_t fair = 250 + done * 3 / 4;
    if (full <= fair) {
        return 0;
    }
    uint64_t pause = batch_ns * (full - fair) / 32 + (full > 900 ? (full - 900) * 1000000 : 0);
    return pause < LEDGER_PAUSE_MAX_NS ? pause : LEDGER_PAUSE_MAX_NS;
}

/* Payments of one leg with an ordinary reference, as most are. */
#define ORDINARY_BYTES 256u

bool ledger_has_room(const struct ledger *ledger) {
    const struct table_need need = {.bytes = (uint64_t)LEDGER_BATCH_MAX * ORDINARY_BYTES,
                                    .payments = LEDGER_BATCH_MAX};
    return table_fits(ledger->active, &need) &&
           accounts_room(&ledger->accounts) >= 2 * (uint64_t)LEDGER_BATCH_MAX;
}

/* ---- Waiting for checkpoints -------------------------------------------------------------- */

/* One step towards an empty active table: seals it, or waits for the sealed one. */
static int step(struct ledger *ledger, struct ledger_failure *failure) {
    uint64_t now_ns = ledger->batch.time_ns;
    enum spare_state state = checkpoint_state(&ledger->checkpoint);
    if (state == SPARE_FREE) {
        seal(ledger, now_ns);
    } else if (state == SPARE_WRITTEN) {
        return ledger_tick(ledger, now_ns);
    } else if (!checkpoint_wait(&ledger->checkpoint, state, failure)) {
        return failure->error;
    }
    return 0;
}

int batch_wait_for_room(struct ledger *ledger, const struct table_need *need, uint64_t accounts,
                        struct ledger_failure *failure) {
    while (!table_fits(ledger->active, need) || accounts > accounts_room(&ledger->accounts)) {
        if (!ledger->active->changed && ledger->sealed == NULL) {
            return failure_set(failure, LEDGER_EOPTIONS,
                               "the tables are too small for a batch of the journal: raise "
                               "table_mb and account_slots");
        }
        int rc = step(ledger, failure);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

int ledger_flush(struct ledger *ledger) {
    struct ledger_failure failure = {0};
    if (ledger->stopped != 0) {
        return LEDGER_ESTOPPED;
    }
    while (ledger->active->changed || ledger->sealed != NULL) {
        int rc = step(ledger, &failure);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

void ledger_stats(const struct ledger *ledger, struct ledger_stats *stats) {
    const struct core_counters *counters = &ledger->counters;
    *stats = (struct ledger_stats){
        .sequence = counters->sequence,
        .checkpoint_sequence = ledger->checkpoint.sequence,
        .time_ns = counters->time_ns,
        .payments = counters->payments,
        .open_payments = counters->open_payments,
        .table_bytes = ledger->tables[0].arena_bytes,
        .table_used = counters->table_used,
        .sealed_done_permille = ledger->checkpoint.permille,
        .accounts_cached = counters->accounts_cached,
        .account_slots = ledger->accounts.slot_count,
        .checkpoints = ledger->checkpoint.written,
        .reference_runs = ledger->checkpoint.runs,
        .replayed_batches = counters->replayed_batches,
        .replayed_commands = counters->replayed_commands,
        .checkpoint_failures = ledger->checkpoint.failures,
        .clock_behind_ns = counters->clock_behind_ns,
    };
    for (unsigned i = 0; i < LEDGER_STATUS_COUNT; i++) {
        stats->statuses[i] = counters->statuses[i];
    }
    ledger->journal->stats(ledger->journal, &stats->journal_bytes, &stats->journal_segments);
    store_sizes(ledger->store, &stats->store_bytes, &stats->store_bytes_max);
}
