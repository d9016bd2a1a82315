/* Bodies of the JSON API: the first byte picks the call, the rest is the body. What is submitted
 * must be one whole command, and every answer a JSON document. */
#include <jansson.h>
#include <stdlib.h>

#include "protocols/adapter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool holds) {
    if (!holds)
        abort();
}

static const char *const paths[] = {"/v1/payments", "/v1/accounts", "/v1/payments/5/complete",
                                    "/v1/payments/5/decline"};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static _Alignas(8) uint8_t memory[8192];
    static const struct grant grant = {.rights = GRANT_OPERATOR, .requester = 7};
    static const struct adapter_header type = {{"Content-Type", 12}, {"application/json", 16}};
    static const struct ledger_result result = {.state = LEDGER_HELD, .payment = 5};
    if (size < 1)
        return 0;
    struct adapter_request request = {
        .method = SLICE("POST"),
        .path = slice_text(paths[bytes[0] % 4]),
        .query = SLICE(""),
        .body = {(const char *)bytes + 1, size - 1},
        .headers = &type,
        .header_count = 1,
        .grant = &grant,
    };
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct adapter_note note;
    struct buffer headers, body;
    buffer_init(&headers, 1 << 16);
    buffer_init(&body, 1 << 20);
    struct adapter_reply reply = {.headers = &headers, .body = &body};
    enum adapter_verdict verdict = json_api_adapter.decode(NULL, &request, &writer, &note, &reply);
    check(verdict != ADAPTER_QUERY);
    if (verdict == ADAPTER_SUBMIT) {
        check(writer.count == 1 && ledger_command_size(memory, writer.used) == writer.used);
        json_api_adapter.encode(NULL, &note, &result, 1, &reply);
        check(reply.status == 200 || reply.status == 201);
    } else {
        check(writer.count == 0 && reply.status >= 400);
    }
    json_t *document = json_loadb(body.base, body.used, JSON_REJECT_DUPLICATES, NULL);
    check(document != NULL && !body.failed && !headers.failed);
    json_decref(document);
    buffer_free(&headers);
    buffer_free(&body);
    return 0;
}
