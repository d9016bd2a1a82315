/* command_audit.c - `tiyn audit`: proves a ledger sound, or lists its faults. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ledger/ledger.h"
#include "protocols/common/money.h"
#include "switch/command.h"
#include "switch/progress.h"

static const char help[] =
    "Usage: tiyn audit [--json] DIR\n"
    "\n"
    "Recomputes every account of the ledger in DIR from its payments, and checks counters, entry\n"
    "chains and the balances along them, references, open payments, sums and the journal's hash\n"
    "chain. DIR is the data folder of a node that does not run, or a backup (of a running node:\n"
    "tiyn backup first). A node that was killed is recovered first, as at its next start.\n"
    "\n"
    "  --json   the result as one JSON object\n"
    "\n"
    "Exit code: 0 sound, 1 faults were found, 2 wrong arguments, 3 it could not be audited.\n";

/* An audit reads the ledger once from end to end: it needs no large tables. But what a node put
 * into one batch must fit: 8,190 payments of 8 legs touch a quarter of the account slots. */
#define AUDIT_TABLE_BYTES ((uint64_t)64 << 20)
#define AUDIT_ACCOUNT_SLOTS ((uint64_t)1 << 20)
#define AUDIT_OPEN_PAYMENTS (8u << 20) /* more than any node's default */
#define AUDIT_JOURNAL_KEEP 60000u      /* it lets none go: they are part of the evidence */

static void print_fault(void *context, const char *line) {
    struct progress *progress = context;
    progress_end(progress);
    fprintf(stderr, "fault: %s\n", line);
}

static void print_people(const struct ledger_audit *audit, const char *folder) {
    char posted[MONEY_TEXT], pending[MONEY_TEXT];
    const struct {
        const char *name;
        uint64_t count;
    } lines[] = {
        {"accounts recomputed", audit->accounts},
        {"payments", audit->payments},
        {"legs", audit->legs},
        {"entries along the chains", audit->entries},
        {"references, both ways", audit->references},
        {"open payments", audit->open_payments},
        {"journal records hashed", audit->journal_records},
        {"journal bytes", audit->journal_bytes},
    };
    printf("Audit of %s as of batch %" PRIu64 "\n", folder, audit->sequence);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        printf("  %-26s %20" PRIu64 "\n", lines[i].name, lines[i].count);
    }
    printf("  %-26s %20s\n", "posted debits = credits", money_text(audit->debits_posted, posted));
    printf("  %-26s %20s\n", "pending debits = credits",
           money_text(audit->debits_pending, pending));
    if (audit->faults == 0) {
        puts("Sound: no faults.");
    } else {
        printf("NOT SOUND: %" PRIu64 " faults, the first ones are listed above. Keep this folder "
               "as it is, and restore a backup elsewhere.\n",
               audit->faults);
    }
}

static void print_json(const struct ledger_audit *audit) {
    printf("{\"ok\":%s,\"sequence\":%" PRIu64 ",\"accounts\":%" PRIu64 ",\"payments\":%" PRIu64
           ",\"legs\":%" PRIu64 ",\"entries\":%" PRIu64 ",\"references\":%" PRIu64
           ",\"open_payments\":%" PRIu64 ",\"journal_records\":%" PRIu64
           ",\"journal_bytes\":%" PRIu64 ",\"debits_posted_tiyn\":%" PRIu64
           ",\"debits_pending_tiyn\":%" PRIu64 ",\"faults\":%" PRIu64 "}\n",
           audit->faults == 0 ? "true" : "false", audit->sequence, audit->accounts, audit->payments,
           audit->legs, audit->entries, audit->references, audit->open_payments,
           audit->journal_records, audit->journal_bytes, audit->debits_posted,
           audit->debits_pending, audit->faults);
}

static int audit_folder(const char *folder, struct ledger_audit *audit) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct progress recovery, reading;
    progress_start(&recovery, "recovering");
    struct ledger_options options = {.folder = folder,
                                     .table_bytes = AUDIT_TABLE_BYTES,
                                     .account_slots = AUDIT_ACCOUNT_SLOTS,
                                     .open_payments = AUDIT_OPEN_PAYMENTS,
                                     .journal_keep = AUDIT_JOURNAL_KEEP,
                                     .must_exist = true,
                                     .progress = progress_update,
                                     .progress_context = &recovery};
    struct ledger *ledger = NULL;
    struct ledger_failure failure = {.error = 0};
    uint64_t now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    int rc = ledger_open(&ledger, &options, now_ns, &failure);
    progress_end(&recovery);
    if (rc < 0) {
        fprintf(stderr, "tiyn audit: %s\n", failure.text);
        return rc;
    }
    progress_start(&reading, "auditing");
    rc = ledger_audit(ledger, audit, print_fault, progress_update, &reading);
    progress_end(&reading);
    if (rc < 0) {
        fprintf(stderr, "tiyn audit: %s: %s\n", ledger_error_text(rc), ledger_failure_text(ledger));
    }
    int closed = ledger_close(ledger);
    return rc < 0 ? rc : closed;
}

int command_audit(int argc, char **argv) {
    const char *folder = NULL;
    bool json = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(help, stdout);
            return COMMAND_OK;
        }
        if (strcmp(argv[i], "--json") == 0) {
            json = true;
        } else if (argv[i][0] == '-' || folder != NULL) {
            return command_usage("audit", "\"%s\" is not understood", argv[i]);
        } else {
            folder = argv[i];
        }
    }
    if (folder == NULL) {
        return command_usage("audit", "give the folder to audit");
    }
    struct ledger_audit audit = {.sequence = 0};
    if (audit_folder(folder, &audit) < 0) {
        return COMMAND_FAILED;
    }
    if (json) {
        print_json(&audit);
    } else {
        print_people(&audit, folder);
    }
    return audit.faults == 0 ? COMMAND_OK : COMMAND_REFUSED;
}
