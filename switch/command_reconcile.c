/* command_reconcile.c - `tiyn ctl registry export|compare`: a service's payments of a day, by value
 * date, as a file for its provider, and against the provider's file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocols/common/date.h"
#include "protocols/common/money.h"
#include "protocols/rpc/pack.h"
#include "switch/command.h"
#include "switch/ctl.h"
#include "switch/progress.h"
#include "switch/reconcile.h"

#define LINE_MAX_BYTES 4096

struct day {
    uint64_t service;
    uint32_t day;
};

struct row {
    uint64_t id, opened_ns, amount;
    unsigned state;
    struct slice account;
};
typedef bool each_row(void *context, const struct row *row); /* false: no memory, or no disk */

static int read_day(const struct ctl *ctl, struct day *day) {
    if (ctl->options[CTL_SERVICE] == NULL || ctl->options[CTL_DAY] == NULL) {
        return command_usage("ctl", "registry needs --service CODE and --day YYYY-MM-DD");
    }
    if (!ctl_number("--service", ctl->options[CTL_SERVICE], &day->service)) {
        return COMMAND_USAGE;
    }
    return date_parse(slice_text(ctl->options[CTL_DAY]), &day->day)
               ? COMMAND_OK
               : command_usage("ctl", "--day: \"%s\" is no day: expected one such as 2026-01-31",
                               ctl->options[CTL_DAY]);
}

static bool read_row(const msgpack_object *object, struct row *row) {
    if (object->type != MSGPACK_OBJECT_ARRAY || object->via.array.size != 5) {
        return false;
    }
    const msgpack_object *parts = object->via.array.ptr;
    *row = (struct row){.id = parts[0].via.u64,
                        .opened_ns = parts[1].via.u64,
                        .state = (unsigned)parts[2].via.u64,
                        .amount = parts[3].via.u64,
                        .account = ctl_bytes(&parts[4])};
    return true;
}

static const msgpack_object *find(const msgpack_object *map, const char *key) {
    for (uint32_t i = 0; map->type == MSGPACK_OBJECT_MAP && i < map->via.map.size; i++) {
        if (slice_equal(ctl_bytes(&map->via.map.ptr[i].key), slice_text(key))) {
            return &map->via.map.ptr[i].val;
        }
    }
    return NULL;
}

/* Calls `each` for the day's payments in rising order of ids, of the last checkpoints. */
static int walk(struct ctl *ctl, const struct day *day, each_row *each, void *context) {
    uint64_t after = 0;
    do {
        const msgpack_object *page = NULL;
        msgpack_packer *packer = rpc_client_params(&ctl->client);
        msgpack_pack_array(packer, 3);
        msgpack_pack_uint64(packer, day->service);
        msgpack_pack_uint32(packer, day->day);
        msgpack_pack_uint64(packer, after);
        int code = ctl_call(ctl, "node.service", &page);
        if (code != COMMAND_OK) {
            return code;
        }
        const msgpack_object *rows = find(page, "payments");
        for (uint32_t i = 0;
             rows != NULL && rows->type == MSGPACK_OBJECT_ARRAY && i < rows->via.array.size; i++) {
            struct row row;
            if (read_row(&rows->via.array.ptr[i], &row) && !each(context, &row)) {
                fprintf(stderr, "tiyn ctl: registry: %s\n", strerror(errno));
                return COMMAND_FAILED;
            }
        }
        after = ctl_uint(page, "next");
    } while (after != 0);
    return COMMAND_OK;
}

/* Lists are of the last checkpoint: the day's last payments should be in it. */
static int flush(struct ctl *ctl) {
    const msgpack_object *result = NULL;
    msgpack_pack_array(rpc_client_params(&ctl->client), 0);
    return ctl_call(ctl, "node.flush", &result);
}

/* ---- Export -------------------------------------------------------------------------------- */

struct export {
    FILE *file;
    uint64_t count, amount;
};

static bool export_row(void *context, const struct row *row) {
    struct export *export = context;
    char amount[MONEY_TEXT], when[32];
    struct tm time;
    time_t second = (time_t)(row->opened_ns / 1000000000u + LEDGER_DAY_OFFSET_S);
    if (row->state != LEDGER_COMPLETED) {
        return true;
    }
    (void)gmtime_r(&second, &time);
    (void)strftime(when, sizeof(when), "%Y%m%d\t%H%M%S", &time);
    export->count++;
    export->amount += row->amount;
    return fprintf(export->file, "%" PRIu64 "\t%s\t%.*s\t%s\r\n", row->id, when,
                   (int)row->account.size, row->account.base, money_text(row->amount, amount)) > 0;
}

int ctl_registry_export(struct ctl *ctl) {
    struct day day;
    struct export export = {.file = stdout};
    char amount[MONEY_TEXT];
    const char *path = ctl->options[CTL_OUT];
    int code = read_day(ctl, &day);
    if (code != COMMAND_OK) {
        return code;
    }
    if (path != NULL && (export.file = fopen(path, "wxe")) == NULL) {
        fprintf(stderr, "tiyn ctl: %s: %s\n", path, strerror(errno));
        return COMMAND_FAILED;
    }
    code = flush(ctl);
    code = code == COMMAND_OK ? walk(ctl, &day, export_row, &export) : code;
    if (code == COMMAND_OK) {
        fprintf(export.file, "Total:\t%" PRIu64 "\t%s\r\n", export.count,
                money_text(export.amount, amount));
    }
    bool written = fflush(export.file) == 0 && ferror(export.file) == 0;
    if (path != NULL) {
        written = fclose(export.file) == 0 && written;
    }
    if (!written) {
        fprintf(stderr, "tiyn ctl: registry: %s\n", strerror(errno));
        return COMMAND_FAILED;
    }
    if (code == COMMAND_OK && path != NULL) {
        printf("%s: %" PRIu64 " payments, %s\n", path, export.count,
               money_text(export.amount, amount));
    }
    return code;
}

/* ---- Compare ------------------------------------------------------------------------------- */

static bool add_ours(void *context, const struct row *row) {
    return reconcile_add(context, &(struct reconcile_row){.id = row->id,
                                                          .amount = row->amount,
                                                          .state = (uint8_t)row->state});
}

/* Reads the provider's file. Its own total must be that of its lines. */
static int read_file(const char *path, struct reconcile_list *list) {
    char line[LINE_MAX_BYTES];
    FILE *file = fopen(path, "re");
    uint64_t number = 0, amount = 0, count = 0;
    const char *wrong = NULL;
    bool total = false;
    if (file == NULL) {
        fprintf(stderr, "tiyn ctl: %s: %s\n", path, strerror(errno));
        return COMMAND_FAILED;
    }
    while (wrong == NULL && fgets(line, sizeof(line), file) != NULL) {
        struct reconcile_row row = {.id = 0};
        struct slice text = {line, strcspn(line, "\n")};
        number++;
        switch (reconcile_read(text, &row, &count)) {
        case RECONCILE_ROW:
            amount += row.amount;
            wrong = total                       ? "a payment behind the total"
                    : reconcile_add(list, &row) ? NULL
                                                : "out of memory";
            break;
        case RECONCILE_TOTAL:
            wrong = total || count != list->count || row.amount != amount
                        ? "the total is not that of the lines before it"
                        : NULL;
            total = true;
            break;
        case RECONCILE_EMPTY:
            break;
        case RECONCILE_WRONG:
        default:
            wrong = "expected id, date, time, account and sum with tabs between, or Total:";
            break;
        }
    }
    (void)fclose(file);
    wrong = wrong == NULL && !total ? "the line with the total is missing" : wrong;
    if (wrong != NULL) {
        fprintf(stderr, "tiyn ctl: %s:%" PRIu64 ": %s\n", path, number, wrong);
    }
    return wrong == NULL ? COMMAND_OK : COMMAND_USAGE;
}

static void tell(void *context, enum reconcile_kind kind, const struct reconcile_row *ours,
                 const struct reconcile_row *theirs) {
    static const char *const words[RECONCILE_KINDS] = {"ours-only", "theirs-only", "amounts",
                                                       "states"};
    char our[MONEY_TEXT] = "-", their[MONEY_TEXT] = "-";
    const char *state = "-";
    uint64_t id = 0;
    (void)context;
    if (ours != NULL) {
        id = ours->id;
        state = ledger_state_name(ours->state);
        (void)money_text(ours->amount, our);
    }
    if (theirs != NULL) {
        id = theirs->id;
        (void)money_text(theirs->amount, their);
    }
    printf("%s\t%" PRIu64 "\t%s\t%s\t%s\n", words[kind], id, state, our, their);
}

static int print_totals(const struct reconcile_totals *totals) {
    char our[MONEY_TEXT], their[MONEY_TEXT];
    uint64_t differences = 0;
    for (int i = 0; i < RECONCILE_KINDS; i++) {
        differences += totals->differences[i];
    }
    printf("ours\t%" PRIu64 "\t%s\ntheirs\t%" PRIu64 "\t%s\nmatched\t%" PRIu64
           "\ndifferences\t%" PRIu64 "\n",
           totals->ours, money_text(totals->ours_amount, our), totals->theirs,
           money_text(totals->theirs_amount, their), totals->matched, differences);
    return differences == 0 ? COMMAND_OK : COMMAND_REFUSED;
}

int ctl_registry_compare(struct ctl *ctl) {
    struct day day;
    struct reconcile_list ours = {NULL, 0, 0}, theirs = {NULL, 0, 0};
    struct reconcile_totals totals;
    int code = read_day(ctl, &day);
    code = code == COMMAND_OK ? read_file(ctl->arguments[0], &theirs) : code;
    code = code == COMMAND_OK ? flush(ctl) : code;
    code = code == COMMAND_OK ? walk(ctl, &day, add_ours, &ours) : code;
    if (code == COMMAND_OK) {
        reconcile(&ours, &theirs, tell, NULL, &totals);
        code = print_totals(&totals);
    }
    free(ours.rows);
    free(theirs.rows);
    return code;
}
