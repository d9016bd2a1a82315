/* Params of any method: the first byte picks the method, the second the grant, the rest are the
 * params. What is submitted must be whole commands, one a payment, and every answer one frame. */
#include <stdlib.h>

#include "protocols/adapter.h"
#include "protocols/common/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool holds) {
    if (!holds)
        abort();
}

static const char *const methods[] = {
    "open",         "complete",       "decline",     "retry",     "dispatch",    "lookup",
    "account_open", "account_change", "account_get", "statement", "token_issue", "registry_put",
    "registry_get", "open",           "open",        "open",
};

static const struct grant grants[] = {
    {.rights = GRANT_OPERATOR},
    {.rights = 127, .requester = 7, .accounts = {{0, UINT64_MAX}}, .account_count = 1},
    {.rights = 127, .requester = 7, .accounts = {{1, 9}}, .account_count = 1},
    {.rights = 127, .accounts = {{0, 99}}, .account_count = 1},
};

/* The commands are well-formed, and fill what was written; a lookup is never answered here. */
static void check_commands(const struct ledger_writer *writer) {
    size_t used = 0;
    for (uint32_t i = 0; i < writer->count; i++) {
        uint32_t command = ledger_command_size(writer->base + used, writer->used - used);
        check(command > 0);
        used += command;
    }
    check(used == writer->used && writer->count >= 1 && writer->count <= LEDGER_BATCH_MAX);
}

static void check_frame(const struct buffer *body) {
    struct frame_scanner scanner;
    frame_start(&scanner, UINT32_MAX);
    check(!body->failed);
    check(frame_scan(&scanner, body->base, body->used) == FRAME_DONE);
    check(scanner.position == body->used);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static _Alignas(8) uint8_t memory[1 << 18];
    static const struct ledger_result results[LEDGER_BATCH_MAX];
    if (size < 2)
        return 0;
    struct adapter_request request = {
        .method = slice_text(methods[bytes[0] % 16]),
        .body = {(const char *)bytes + 2, size - 2},
        .call_id = bytes[0],
        .grant = &grants[bytes[1] % 4],
    };
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct adapter_note note;
    struct buffer headers, body;
    buffer_init(&headers, 0);
    buffer_init(&body, 1 << 24);
    struct adapter_reply reply = {.headers = &headers, .body = &body};
    enum adapter_verdict verdict = rpc_adapter.decode(NULL, &request, &writer, &note, &reply);
    if (verdict == ADAPTER_SUBMIT) {
        check_commands(&writer);
        bool reads = slice_equal(request.method, SLICE("lookup")) ||
                     slice_equal(request.method, SLICE("account_get")) ||
                     slice_equal(request.method, SLICE("registry_get"));
        const struct ledger_result *answers = reads ? NULL : results;
        rpc_adapter.encode(NULL, &note, answers, writer.count, &reply);
        check_frame(&body);
    } else if (verdict == ADAPTER_ANSWERED) {
        check(writer.count == 0 && writer.used == 0);
        check_frame(&body);
    } else {
        rpc_adapter.query(NULL, &note, NULL, &reply);
        check_frame(&body);
    }
    buffer_free(&body);
    return 0;
}
