/* What a network asks, as a query: any bytes, by the first byte's dialect. What is taken is whole
 * and within its bounds, and each outcome can be told. And a profile's text: any bytes are a
 * profile or have a reason. */
#include <stdlib.h>

#include "protocols/checkpay/inbound.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { PROFILES = 2 };

#define OUTCOMES                                                                                   \
    "[outcomes]\nok = 0\naccount_format = 4\nno_account = 5\nblocked = 79\nbelow_minimum = 241\n"  \
    "above_maximum = 242\nin_progress = 90\ntemporary = 1\nconflict = 300\nnot_allowed = 7\n"      \
    "unknown_command = 300\nbad_id = 300\nbad_sum = 300\nbad_date = 300\nnot_found = 6\n"          \
    "cannot_cancel = 9\n"
static const char *const texts[PROFILES] = {
    "[dialect]\nmethod = GET\ndate_format = %Y%m%d%H%M%S\nzone = Asia/Almaty\nid_max = 20\n"
    "[answer]\nformat = xml\nroot = response\ncode = result\nid = osmp_txn_id\n"
    "provider_id = prv_txn\nsum = sum\ncomment = comment\ndate = date\n"
    "[inbound]\ncommand = command\ncheck = check\npay = pay\nid = txn_id\naccount = account\n"
    "sum = sum\ndate = txn_date\nservice = prv_id\n" OUTCOMES,
    "[dialect]\nmethod = GET\ndate_format = %d.%m.%Y\nzone = UTC\nid_max = 32\n"
    "id_alphabet = visible\naccount_max = 20\nsum_unit = tiyn\n"
    "[answer]\nformat = json\ncode = result\nid = txn_id\n"
    "[inbound]\ncommand = command\ncheck = check\npay = pay\nstatus = status\ncancel = cancel\n"
    "id = txn_id\naccount = account\nsum = sum\n" OUTCOMES};
static struct checkpay_profile *profiles[PROFILES];

static void check(bool holds) {
    if (!holds)
        abort();
}

static void ready(void) {
    struct outbound_fault fault;
    for (int i = 0; i < PROFILES && profiles[i] == NULL; i++) {
        profiles[i] = checkpay_profile_read(slice_text(texts[i]), NULL, &fault);
        check(profiles[i] != NULL);
    }
}

static void tell(const struct checkpay_profile *profile, enum checkpay_outcome outcome,
                 const struct checkpay_asked *asked) {
    struct buffer out;
    buffer_init(&out, 4096);
    const struct checkpay_told told = {outcome, slice_text(asked->id), asked->amount != 0,
                                       asked->amount, 0};
    checkpay_tell(profile, &told, &out);
    check(!out.failed && out.used > 0 && out.base[out.used - 1] == '\n');
    buffer_free(&out);
}

static void profile(struct slice text) {
    struct outbound_fault fault;
    struct checkpay_profile *read = checkpay_profile_read(text, NULL, &fault);
    check((read == NULL) == (fault.text[0] != '\0'));
    checkpay_profile_free(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    ready();
    if (size == 0)
        return 0;
    struct slice text = {(const char *)bytes + 1, size - 1};
    if (bytes[0] % 4 >= PROFILES) {
        profile(text);
        return 0;
    }
    const struct checkpay_profile *of = profiles[bytes[0] % 4];
    struct checkpay_asked asked;
    enum checkpay_outcome outcome =
        checkpay_asked_read(of, text, UINT64_C(1767207599000000000), &asked);
    check(strlen(asked.id) <= of->id_max && strlen(asked.account) <= of->account_max);
    check(asked.amount <= LEDGER_AMOUNT_MAX);
    if (outcome == CHECKPAY_DONE && asked.command == CHECKPAY_PAY)
        check(asked.id[0] != '\0' && asked.account[0] != '\0' &&
              (of->date[0] == '\0') == (asked.day == 0));
    tell(of, outcome, &asked);
    return 0;
}
