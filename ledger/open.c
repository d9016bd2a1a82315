/* open.c - opening a ledger, recovery, closing. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/assert.h"
#include "ledger/core.h"
#include "ledger/failure.h"
#include "ledger/limits.h"

/* ---- Options ------------------------------------------------------------------------------ */

static bool in_range(uint64_t *value, uint64_t fallback, uint64_t least, uint64_t most) {
    *value = *value == 0 ? fallback : *value;
    return *value >= least && *value <= most;
}

static int fill_options(struct ledger_options *options, struct ledger_failure *failure) {
    const char *wrong = NULL;
    uint64_t open = options->open_payments;
    if (!in_range(&options->table_bytes, TABLE_BYTES_DEFAULT, TABLE_BYTES_MIN, TABLE_BYTES_MAX)) {
        wrong = "table_bytes: 1 MiB to 16 GiB";
    } else if (!in_range(&options->account_slots, ACCOUNT_SLOTS_DEFAULT, ACCOUNT_SLOTS_MIN,
                         ACCOUNT_SLOTS_MAX)) {
        wrong = "account_slots: 1,024 to 2^30";
    } else if (!in_range(&options->filter_bytes, FILTER_BYTES_DEFAULT, FILTER_BYTES_MIN,
                         FILTER_BYTES_MAX)) {
        wrong = "filter_bytes: 4 KiB to 64 GiB";
    } else if (!in_range(&options->map_bytes, MAP_BYTES_DEFAULT, MAP_BYTES_MIN, MAP_BYTES_MAX)) {
        wrong = "map_bytes: 1 MiB to 64 TiB";
    } else if (!in_range(&options->segment_bytes, SEGMENT_BYTES_DEFAULT, SEGMENT_BYTES_MIN,
                         SEGMENT_BYTES_MAX) ||
               options->segment_bytes % BLOCK_BYTES != 0) {
        wrong = "segment_bytes: 256 KiB to 1 GiB, in whole blocks of 4 KiB";
    } else if (!in_range(&open, OPEN_PAYMENTS_DEFAULT, 1, OPEN_PAYMENTS_MAX)) {
        wrong = "open_payments: 1 to 2^26";
    }
    if (wrong == NULL && options->journal_keep > JOURNAL_KEEP_MAX) {
        wrong = "journal_keep: at most 60,000 segments";
    }
    options->open_payments = (uint32_t)open;
    if (options->checkpoint_ns == 0) {
        options->checkpoint_ns = CHECKPOINT_NS_DEFAULT;
    }
    if (options->clock_back_ns == 0) {
        options->clock_back_ns = CLOCK_BACK_NS_DEFAULT;
    }
    return wrong == NULL ? 0 : failure_set(failure, LEDGER_EOPTIONS, "out of range: %s", wrong);
}

/* ---- The folder --------------------------------------------------------------------------- */

static int lock_folder(struct ledger *ledger, struct ledger_failure *failure) {
    const char *folder = ledger->folder;
    ASSERT(folder != NULL);
    if (!ledger->options.must_exist && mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return failure_set(failure, LEDGER_EFOLDER, "%s: cannot make it: %s", folder,
                           strerror(errno));
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return failure_set(failure, LEDGER_EFOLDER, "%s: %s", folder, strerror(errno));
    }
    if (ledger->options.must_exist && faccessat(fd, "state.mdb", R_OK | W_OK, 0) != 0) {
        int rc = failure_set(failure, LEDGER_EFOLDER, "%s: there is no ledger here: %s", folder,
                             strerror(errno));
        (void)close(fd);
        return rc;
    }
    ledger->lock_fd = openat(fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int error = errno;
    (void)close(fd);
    if (ledger->lock_fd < 0) {
        return failure_set(failure, LEDGER_EFOLDER, "%s/lock: %s", folder, strerror(error));
    }
    if (flock(ledger->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        return failure_set(failure, LEDGER_ELOCKED,
                           "%s: another process has this ledger open; stop it first", folder);
    }
    return 0;
}

/* ---- Recovery ----------------------------------------------------------------------------- */

static bool add_to_filter(void *context, const uint8_t *key, size_t key_size, uint64_t payment) {
    struct ledger *ledger = context;
    uint64_t requester;
    (void)payment;
    memcpy(&requester, key, 8);
    filter_add(&ledger->filter,
               reference_hash(ledger->options.hash_seed, __builtin_bswap64(requester), key + 8,
                              key_size - 8));
    return true;
}

/* Takes up where LMDB stands. */
static int load_state(struct ledger *ledger, struct ledger_failure *failure) {
    const struct store_meta *meta = store_meta(ledger->reader);
    uint64_t id = 0, deadline_ns = 0;
    ledger->epoch = meta->epoch;
    ledger->payment_next = meta->payment_next;
    ledger->batch.sequence = meta->sequence;
    ledger->batch.time_ns = meta->time_ns;
    memcpy(ledger->hash, meta->hash, sizeof ledger->hash);
    ledger->checkpoint.sequence = meta->sequence;
    ledger->checkpoint.runs = meta->run_count;
    ledger->counters.sequence = meta->sequence;
    ledger->counters.time_ns = meta->time_ns;
    ledger->counters.payments = meta->payment_next - 1;
    for (uint32_t i = 0; i < 2; i++) {
        ledger->tables[i].number = 1;
        ledger->tables[i].first_payment = meta->payment_next;
    }
    ledger->active = &ledger->tables[0];
    store_each_reference(ledger->reader, add_to_filter, ledger);
    store_reader_forgive(ledger->reader, true);
    while (store_next_open(ledger->reader, id, &id, &deadline_ns)) {
        if (ledger->open.count == ledger->open.max) {
            return failure_set(failure, LEDGER_EOPTIONS,
                               "there are more open payments than open_payments_max (%u)",
                               ledger->options.open_payments);
        }
        const struct ledger_payment *payment = store_payment(ledger->reader, id);
        if (payment == NULL || !ledger_payment_is_open(payment) ||
            ledger_payment_due_ns(payment) != deadline_ns) {
            return failure_set(failure, LEDGER_ECORRUPT,
                               "store: the list of open payments is wrong about payment %llu",
                               (unsigned long long)id);
        }
        open_set_add(&ledger->open, id, deadline_ns);
        if (payment_waits_for_others(payment)) {
            payment_waits(ledger, payment->requester);
        }
        id++;
    }
    store_reader_forgive(ledger->reader, false);
    ledger->counters.open_payments = ledger->open.count;
    return 0;
}

struct recovery {
    struct ledger *ledger;
    struct ledger_result *results;
    struct ledger_failure *failure;
};

/* Whether `opens` of the batch's commands find places, or as many of them as are no repeats. */
static bool places_suffice(struct ledger *ledger, uint32_t count, uint64_t opens) {
    uint64_t room = ledger->open.max - ledger->open.count;
    for (uint32_t i = 0; opens > room && i < count; i++) {
        opens -=
            command_may_stay_open(ledger->list[i]) && payment_is_repeat(ledger, ledger->list[i]);
    }
    return opens <= room;
}

/* Applies a batch of the journal again. */
static int replay_batch(void *context, const struct journal_batch *batch) {
    struct recovery *recovery = context;
    struct ledger *ledger = recovery->ledger;
    struct table_need need = {0};
    uint64_t accounts = 0, opens = 0;
    uint32_t count = 0;
    memcpy(ledger->commands, batch->commands, batch->length); /* aligned there */
    for (size_t at = 0; at < batch->length; count++) {
        struct table_need one;
        uint64_t touched;
        const void *bytes = ledger->commands + at;
        uint32_t size = ledger_command_size(bytes, batch->length - at);
        if (size == 0 || count == LEDGER_BATCH_MAX) {
            return failure_set(recovery->failure, LEDGER_ECORRUPT,
                               "journal: batch %llu holds a malformed command",
                               (unsigned long long)batch->sequence);
        }
        const struct command *command = bytes;
        apply_need(command, &one, &touched);
        need.bytes += one.bytes;
        need.payments += one.payments;
        need.older += one.older;
        need.records += one.records;
        accounts += touched;
        opens += command_may_stay_open(command);
        ledger->list[count] = command;
        ledger->origin[count] = count;
        at += size;
    }
    bool fits = count == batch->count && accounts <= accounts_chunk_max(&ledger->accounts);
    if (!fits || !places_suffice(ledger, count, opens)) {
        return failure_set(recovery->failure,
                           count == batch->count ? LEDGER_EOPTIONS : LEDGER_ECORRUPT,
                           "journal: batch %llu does not fit: raise account_slots and "
                           "open_payments_max to what they were",
                           (unsigned long long)batch->sequence);
    }
    int rc = batch_wait_for_room(ledger, &need, accounts, recovery->failure);
    if (rc != 0) {
        return rc;
    }
    batch_begin(ledger, batch->sequence, batch->time_ns);
    ledger->bodies_used = 0;
    apply_chunk(ledger, ledger->list, count, ledger->origin, recovery->results);
    batch_end(ledger, batch);
    ledger->counters.replayed_batches++;
    ledger->counters.replayed_commands += count;
    return ledger_tick(ledger, batch->time_ns);
}

static int recover(struct ledger *ledger, uint64_t now_ns, struct ledger_failure *failure) {
    struct recovery recovery = {.ledger = ledger, .failure = failure};
    recovery.results = calloc(LEDGER_BATCH_MAX, sizeof recovery.results[0]);
    if (recovery.results == NULL) {
        return failure_set(failure, LEDGER_EMEMORY, "out of memory");
    }
    int rc = load_state(ledger, failure);
    if (rc == 0) {
        struct journal_batch from = {.sequence = ledger->batch.sequence,
                                     .mark = store_meta(ledger->reader)->journal_mark};
        memcpy(from.hash, ledger->hash, sizeof from.hash);
        rc = ledger->journal->replay(ledger->journal, &from, replay_batch, &recovery, failure);
    }
    free(recovery.results);
    if (rc == LEDGER_ESTOPPED) {
        *failure = ledger->failure;
    }
    if (rc == 0 && ledger->batch.time_ns > now_ns + ledger->options.clock_back_ns) {
        return failure_set(failure, LEDGER_ECLOCK,
                           "the clock stands %llu s before the ledger's last batch: set the clock, "
                           "or raise clock_back_s",
                           (unsigned long long)((ledger->batch.time_ns - now_ns) / 1000000000u));
    }
    return rc;
}

/* ---- Opening and closing ------------------------------------------------------------------ */

static int take_memory(struct ledger *ledger, struct ledger_failure *failure) {
    const struct ledger_options *options = &ledger->options;
    ledger->payload_max = options->segment_bytes / 2 < PAYLOAD_BYTES_MAX
                              ? (uint32_t)(options->segment_bytes / 2)
                              : PAYLOAD_BYTES_MAX;
    ledger->commands = malloc(PAYLOAD_BYTES_MAX);
    ledger->list = calloc(LEDGER_BATCH_MAX, sizeof ledger->list[0]);
    ledger->origin = calloc(LEDGER_BATCH_MAX, sizeof ledger->origin[0]);
    ledger->hashes = calloc(LEDGER_BATCH_MAX, sizeof ledger->hashes[0]);
    ledger->bodies = malloc(LOOKUP_BODIES_BYTES);
    ledger->due = calloc(LEDGER_BATCH_MAX, sizeof ledger->due[0]);
    ledger->act = calloc(1, sizeof *ledger->act);
    bool ok = ledger->commands != NULL && ledger->list != NULL && ledger->origin != NULL &&
              ledger->hashes != NULL && ledger->bodies != NULL && ledger->due != NULL &&
              ledger->act != NULL;
    ok = ok && filter_init(&ledger->filter, options->filter_bytes) == 0;
    ok = ok && accounts_init(&ledger->accounts, options->account_slots, options->hash_seed,
                             ledger->reader) == 0;
    for (int i = 0; i < 2 && ok; i++) {
        ok = table_init(&ledger->tables[i], options->table_bytes, options->hash_seed) == 0;
    }
    ok = ok && open_set_init(&ledger->open, options->open_payments) == 0;
    return ok ? 0
              : failure_set(failure, LEDGER_EMEMORY,
                            "out of memory: the tables need more than there is; lower table_mb, "
                            "account_slots or filter_mb");
}

static void init_records_lock(pthread_mutex_t *lock) {
    pthread_mutexattr_t attributes;
    (void)pthread_mutexattr_init(&attributes);
    (void)pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    (void)pthread_mutex_init(lock, &attributes);
    (void)pthread_mutexattr_destroy(&attributes);
}

static int start(struct ledger *ledger, uint64_t now_ns, struct ledger_failure *failure) {
    const struct ledger_options *options = &ledger->options;
    const struct journal_file_options journal = {
        .folder = ledger->folder,
        .segment_bytes = options->segment_bytes,
        .keep = options->journal_keep,
        .progress = options->progress,
        .progress_context = options->progress_context,
    };
    if (sodium_init() < 0) {
        return failure_set(failure, LEDGER_EMEMORY, "libsodium does not start");
    }
    int rc = lock_folder(ledger, failure);
    if (rc == 0) {
        rc = store_open(&ledger->store, ledger->folder, options->map_bytes, !options->must_exist,
                        now_ns, failure);
    }
    if (rc == 0 && store_reader_open(ledger->store, &ledger->reader) != 0) {
        rc = failure_set(failure, LEDGER_ESTORE, "store: no snapshot can be had");
    }
    rc = rc == 0 ? take_memory(ledger, failure) : rc;
    rc = rc == 0 ? journal_file_open(&ledger->journal, &journal, failure) : rc;
    if (rc != 0) {
        return rc;
    }
    ledger->checkpoint.store = ledger->store;
    ledger->checkpoint.journal = ledger->journal;
    ledger->checkpoint.filter = &ledger->filter;
    ledger->checkpoint.accounts = &ledger->accounts;
    uint64_t payments = ledger->tables[0].payment_max, dirty = ledger->accounts.dirty_max;
    return checkpoint_start(&ledger->checkpoint, payments > dirty ? payments : dirty, failure);
}

static void release(struct ledger *ledger) {
    checkpoint_stop(&ledger->checkpoint);
    if (ledger->journal != NULL) {
        ledger->journal->close(ledger->journal);
    }
    open_set_free(&ledger->open);
    table_free(&ledger->tables[0]);
    table_free(&ledger->tables[1]);
    accounts_free(&ledger->accounts);
    filter_free(&ledger->filter);
    if (ledger->reader != NULL) {
        store_reader_close(ledger->reader);
    }
    if (ledger->store != NULL) {
        store_close(ledger->store);
    }
    if (ledger->lock_fd >= 0) {
        (void)close(ledger->lock_fd);
    }
    (void)pthread_mutex_destroy(&ledger->records_lock);
    free(ledger->commands);
    free(ledger->list);
    free(ledger->origin);
    free(ledger->hashes);
    free(ledger->bodies);
    free(ledger->due);
    free(ledger->act);
    free(ledger->folder);
    free(ledger);
}

int ledger_open(struct ledger **result, const struct ledger_options *options, uint64_t now_ns,
                struct ledger_failure *failure) {
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL) {
        return failure_set(failure, LEDGER_EMEMORY, "out of memory");
    }
    ledger->lock_fd = -1;
    init_records_lock(&ledger->records_lock);
    ledger->options = *options;
    ledger->folder = strdup(options->folder);
    ledger->options.folder = ledger->folder;
    int rc = ledger->folder != NULL ? fill_options(&ledger->options, failure)
                                    : failure_set(failure, LEDGER_EMEMORY, "out of memory");
    rc = rc == 0 ? start(ledger, now_ns, failure) : rc;
    rc = rc == 0 ? recover(ledger, now_ns, failure) : rc;
    if (rc != 0) {
        release(ledger);
        return rc;
    }
    ledger->due_count = 0;
    checkpoint_nudge(&ledger->checkpoint); /* the first segments */
    *result = ledger;
    return 0;
}

int ledger_close(struct ledger *ledger) {
    if (ledger == NULL) {
        return 0;
    }
    int rc = ledger->stopped != 0 ? ledger->stopped : ledger_flush(ledger);
    release(ledger);
    return rc;
}
