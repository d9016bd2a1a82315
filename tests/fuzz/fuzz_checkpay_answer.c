/* A provider's answer, XML or JSON: any bytes, by the first byte's dialect and step. The answer is
 * whole text in UTF-8, and a verdict other than "ask again" stands on a code that the profile has
 * (or, on a check, on a document that is an answer). XML that is read without the parser is read as
 * the parser does. */
#include <stdlib.h>

#include "protocols/checkpay/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { PROFILES = 4 };

/* Not the shipped files: a target needs no folder. */
#define REST                                                                                       \
    "[dialect]\nmethod = GET\ndate_format = %Y%m%d\nzone = UTC\nid_max = 20\n"                     \
    "[check]\na = {account}\n[pay]\ni = {id}\na = {account}\ns = {sum}\n"                          \
    "[codes]\n0 = ok ok\n5 = refused refused\n90 = again again\nother = refused again\n"           \
    "[fields]\nowner = name\n[answer]\ncode = result\nid = osmp_txn_id\nprovider_id = prv_txn\n"   \
    "sum = sum\ncomment = comment\nfields = fields\n"
static const char *const texts[PROFILES] = {REST "format = xml\nroot = response\n",
                                            REST "format = json\n",
                                            REST "format = xml\nroot = response\n"
                                                 "charset = windows-1251\n",
                                            REST "format = json\nroot = r\n"
                                                 "charset = windows-1251\n"};
static struct checkpay_profile *profiles[PROFILES];

static void check(bool holds) {
    if (!holds)
        abort();
}

static void ready(void) {
    struct outbound_fault fault;
    for (int i = 0; i < PROFILES && profiles[i] == NULL; i++) {
        profiles[i] = checkpay_profile_read(slice_text(texts[i]), "https://a", &fault);
        check(profiles[i] != NULL);
    }
}

/* Ends within its place, and has no control characters. */
static void check_text(const char *text, size_t room) {
    const char *end = memchr(text, '\0', room);
    check(end != NULL);
    for (; text < end; text++)
        check((unsigned char)*text >= 0x20 && *text != 0x7F);
}

static void check_plain(const struct outbound_payment *payment, struct slice body) {
    static struct outbound_answer plain, parsed;
    struct answer_reading a = {.profile = profiles[0], .payment = payment, .answer = &plain};
    struct answer_reading b = {.profile = profiles[0], .payment = payment, .answer = &parsed};
    memset(&plain, 0, sizeof plain);
    memset(&parsed, 0, sizeof parsed);
    if (!answer_read_plain(&a, body))
        return;
    check(answer_read_xml(&b, body));
    check(plain.code == parsed.code && plain.field_count == 0 && parsed.field_count == 0);
    check(strcmp(plain.provider_id, parsed.provider_id) == 0);
    check(strcmp(plain.comment, parsed.comment) == 0);
    check(a.garbled == b.garbled && a.has_code == b.has_code && a.has_id == b.has_id &&
          a.has_sum == b.has_sum && a.other_id == b.other_id && a.other_sum == b.other_sum &&
          a.no_sum == b.no_sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const struct outbound_payment payment = {
        .id = 1234567890123, .amount = 20000, .account = {"7", 1}};
    struct outbound_answer answer;
    ready();
    if (size == 0)
        return 0;
    enum outbound_step step = (bytes[0] & 4) != 0 ? OUTBOUND_PAY : OUTBOUND_CHECK;
    struct slice body = {(const char *)bytes + 1, size - 1};
    memset(&answer, 0xAA, sizeof answer);
    checkpay_answer(profiles[bytes[0] % PROFILES], step, &payment, 200, body, &answer);
    check_text(answer.comment, sizeof answer.comment);
    check_text(answer.provider_id, sizeof answer.provider_id);
    check(answer.field_count <= OUTBOUND_FIELDS_MAX);
    for (uint32_t i = 0; i < answer.field_count; i++) {
        check_text(answer.fields[i].name, OUTBOUND_FIELD_MAX);
        check_text(answer.fields[i].value, OUTBOUND_FIELD_MAX);
    }
    bool final = answer.verdict != OUTBOUND_AGAIN;
    check(!final || answer.known || (step == OUTBOUND_CHECK && answer.verdict == OUTBOUND_REFUSED));
    check(answer.verdict != OUTBOUND_OK || answer.code == 0);
    check(!answer.known || answer.code != OUTBOUND_NO_CODE);
    check_plain(&payment, body);
    return 0;
}
