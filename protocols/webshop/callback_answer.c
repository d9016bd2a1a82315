/* callback_answer.c - what a shop's answer means. */
#include <stdio.h>

#include "protocols/common/utf8.h"
#include "protocols/webshop/callback.h"
#include "protocols/webshop/decimal.h"
#include "protocols/webshop/message.h"

/* Without a byte order mark and blanks, in any order: what shops' scripts put in front. */
static struct slice skip_front(struct slice body) {
    const struct slice mark = SLICE("\xEF\xBB\xBF");
    size_t size;
    do {
        size = body.size;
        body = decimal_trim(body);
        body = slice_starts(body, mark) ? slice_after(body, mark.size) : body;
    } while (body.size != size);
    return body;
}

/* Keeps the shop's words, as much of them as fits and is text. */
static void keep_comment(struct slice text, struct outbound_answer *answer) {
    uint32_t code;
    size_t size, used = 0;
    for (; text.size > 0 && (size = utf8_read(text, &code)) > 0; text = slice_after(text, size)) {
        if (used + size >= sizeof answer->comment)
            break;
        bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
        memcpy(answer->comment + used, control ? " " : text.base, control ? 1 : size);
        used += control ? 1 : size;
    }
    answer->comment[used] = '\0';
}

/* Status, and Reason, which may be missing; nothing else. */
static bool read_root(const xmlNode *root, struct slice *status, struct slice *reason) {
    const char *name_space = WEBSHOP_CUSTOMER_NAMESPACE;
    *reason = SLICE("");
    if (!xml_is(root, name_space, WEBSHOP_CUSTOMER_ROOT) || xml_has_text(root))
        return false;
    const xmlNode *first = xml_first(root), *second = first == NULL ? NULL : xml_next(first);
    return first != NULL && xml_is(first, name_space, "Status") && xml_text(first, status) &&
           (second == NULL || (xml_is(second, name_space, "Reason") && xml_text(second, reason) &&
                               xml_next(second) == NULL));
}

/* A WebShopCustomerResponse; what is none is garbage, which says nothing. */
static void judge_customer(struct slice body, struct outbound_answer *answer) {
    struct slice status = SLICE(""), reason;
    xmlDoc *document = NULL;
    if (xml_parse(skip_front(body), &document) != XML_OK)
        return;
    bool whole = read_root(xmlDocGetRootElement(document), &status, &reason);
    status = decimal_trim(status);
    bool done = whole && slice_equal(status, SLICE("DONE"));
    bool fail = whole && slice_equal(status, SLICE("FAIL"));
    answer->known = done || fail || (whole && slice_equal(status, SLICE("PENDING")));
    if (answer->known) {
        answer->verdict = done ? OUTBOUND_OK : fail ? OUTBOUND_REFUSED : OUTBOUND_AGAIN;
        keep_comment(decimal_trim(reason).size > 0 ? reason : status, answer);
    }
    xmlFreeDoc(document);
}

static void judge_webhook(uint32_t http_status, struct outbound_answer *answer) {
    bool refused = http_status == 410 || http_status == 422;
    answer->known = http_status / 100 == 2 || refused;
    answer->verdict = refused ? OUTBOUND_REFUSED : answer->known ? OUTBOUND_OK : OUTBOUND_AGAIN;
}

void callback_answer(const struct ledger_payment *payment,
                     const struct webshop_attributes *attributes,
                     const struct registry_merchant *merchant, uint32_t http_status,
                     struct slice body, struct outbound_answer *answer) {
    *answer = (struct outbound_answer){.verdict = OUTBOUND_AGAIN, .code = OUTBOUND_NO_CODE};
    if (http_status == 0)
        return;
    answer->code = (int32_t)http_status;
    if (payment->state != LEDGER_HELD) {
        answer->verdict = OUTBOUND_OK;
        answer->known = true;
    } else if (merchant->callback == CALLBACK_WEBHOOK) {
        judge_webhook(http_status, answer);
    } else if (attributes->version == WEBSHOP_VERSION_1) {
        answer->verdict = http_status == 200 ? OUTBOUND_OK : OUTBOUND_REFUSED;
        answer->known = true;
    } else if (attributes->version == WEBSHOP_VERSION_2 && http_status / 100 == 2) {
        judge_customer(body, answer);
    }
}
