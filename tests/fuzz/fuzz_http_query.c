/* Paths and parameters of the JSON API: the method in the first byte, then the path up to a '?',
 * then the parameters. */
#include <jansson.h>
#include <stdlib.h>

#include "protocols/adapter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool holds) {
    if (!holds)
        abort();
}

static const char *const methods[] = {"GET", "GET", "GET", "POST", "DELETE"};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static _Alignas(8) uint8_t memory[8192];
    static const struct grant grant = {
        .rights = 127, .requester = 7, .accounts = {{1, 5000}}, .account_count = 1};
    if (size < 1)
        return 0;
    struct slice path = {(const char *)bytes + 1, size - 1}, query = {"", 0};
    const char *mark = path.size == 0 ? NULL : memchr(path.base, '?', path.size);
    if (mark != NULL) {
        query = slice_after(path, (size_t)(mark - path.base) + 1);
        path.size = (size_t)(mark - path.base);
    }
    struct adapter_request request = {
        .method = slice_text(methods[bytes[0] % 5]),
        .path = path,
        .query = query,
        .body = SLICE(""),
        .grant = &grant,
    };
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct adapter_note note;
    struct buffer headers, body;
    buffer_init(&headers, 1 << 16);
    buffer_init(&body, 1 << 20);
    struct adapter_reply reply = {.headers = &headers, .body = &body};
    enum adapter_verdict verdict = json_api_adapter.decode(NULL, &request, &writer, &note, &reply);
    if (verdict == ADAPTER_SUBMIT)
        check(writer.count == 1 && ledger_command_size(memory, writer.used) == writer.used);
    if (verdict == ADAPTER_ANSWERED) {
        json_t *document = json_loadb(body.base, body.used, JSON_REJECT_DUPLICATES, NULL);
        check(document != NULL && reply.status >= 400 && writer.count == 0);
        json_decref(document);
    }
    buffer_free(&headers);
    buffer_free(&body);
    return 0;
}
