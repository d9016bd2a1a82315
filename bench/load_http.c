/* load_http.c - POST /v1/payments as the load client speaks it: one fixed text whose reference and
 * wallet are written over, and a check of the answer's status line and state. */
#include "bench/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REFERENCE "00000000000000000000000000000000"
#define WALLET "1000001"
#define BODY                                                                                       \
    "{\"reference\":\"" REFERENCE "\",\"operation\":\"cash_in\",\"mode\":\"post\","                \
    "\"legs\":[{\"debit\":1001,\"credit\":" WALLET ",\"amount\":\"1.00\"}]}"
#define REQUEST_MAX 640u
#define ANSWER_MAX 4096u
#define HEAD_MAX 8192u /* with the largest cookie */

_Static_assert(BOOK_AGENT == 1001 && BOOK_AMOUNT == 100, "the body says so");
_Static_assert(BOOK_WALLETS >= 1000000 && BOOK_WALLETS + BOOK_WALLETS_MAX < 10000000,
               "seven digits in the body");

/* The request, made at the first login; one thread. */
static char template[REQUEST_MAX];
static size_t template_size, reference_at, wallet_at;

static size_t http_request_max(uint32_t batch) {
    (void)batch;
    return REQUEST_MAX;
}

static size_t http_answer_max(uint32_t batch) {
    (void)batch;
    return ANSWER_MAX;
}

/* HTTP has no login: each request carries the key. */
static bool http_login(int fd, const char *name, const uint8_t *key) {
    (void)fd, (void)name;
    char hex[2 * LOAD_KEY_BYTES + 1];
    for (size_t i = 0; i < LOAD_KEY_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", key[i]);
    int size = snprintf(template, sizeof(template),
                        "POST /v1/payments HTTP/1.1\r\n"
                        "Host: 127.0.0.1\r\n"
                        "Authorization: Bearer %s\r\n"
                        "Content-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n" BODY,
                        hex, sizeof(BODY) - 1);
    if (size < 0 || (size_t)size >= sizeof(template))
        return false;
    template_size = (size_t)size;
    reference_at = (size_t)(strstr(template, REFERENCE) - template);
    wallet_at = (size_t)(strstr(template, WALLET) - template);
    return true;
}

static size_t http_request(uint8_t *out, uint32_t call_id, const struct book_stream *stream,
                           uint64_t first, uint32_t batch) {
    static const char digits[] = "0123456789abcdef";
    (void)call_id, (void)batch;
    struct book_payment payment = book_payment(stream, first);
    memcpy(out, template, template_size);
    for (size_t i = 0; i < sizeof(REFERENCE) - 1; i++) {
        uint64_t word = payment.reference[i / 16];
        out[reference_at + i] = (uint8_t)digits[word >> (4 * (i % 16)) & 15];
    }
    for (size_t i = sizeof(WALLET) - 1; i > 0; i--) {
        out[wallet_at + i - 1] = (uint8_t)digits[payment.wallet % 10];
        payment.wallet /= 10;
    }
    return template_size;
}

/* The value of Content-Length, or -1. The head's last line is empty. */
static long content_length(const uint8_t *head, size_t size) {
    static const char name[] = "\r\ncontent-length:";
    for (size_t at = 0; at + sizeof(name) < size; at++) {
        if (head[at] == '\r' && strncasecmp((const char *)head + at, name, sizeof(name) - 1) == 0)
            return strtol((const char *)head + at + sizeof(name) - 1, NULL, 10);
    }
    return -1;
}

size_t load_http_size(const uint8_t *bytes, size_t size, size_t max) {
    const uint8_t *end = memmem(bytes, size, "\r\n\r\n", 4);
    if (end == NULL)
        return size > HEAD_MAX ? SIZE_MAX : 0;
    size_t head = (size_t)(end - bytes) + 4;
    long body = content_length(bytes, head);
    if (body < 0 || (size_t)body + head > max)
        return SIZE_MAX;
    return head + (size_t)body <= size ? head + (size_t)body : 0;
}

static size_t http_scan(struct load_scan *scan, const uint8_t *bytes, size_t size) {
    (void)scan;
    return load_http_size(bytes, size, ANSWER_MAX);
}

static bool starts(const uint8_t *bytes, size_t size, const char *text) {
    return size >= strlen(text) && memcmp(bytes, text, strlen(text)) == 0;
}

static void http_read(const uint8_t *bytes, size_t size, uint32_t batch,
                      struct load_answer *answer) {
    static const char done[] = "\"state\":\"COMPLETED\"";
    (void)batch;
    bool completed = memmem(bytes, size, done, sizeof(done) - 1) != NULL;
    if (starts(bytes, size, "HTTP/1.1 201 ") && completed) {
        answer->done = 1;
    } else if (starts(bytes, size, "HTTP/1.1 200 ") && completed) {
        answer->replayed = 1;
    } else if (starts(bytes, size, "HTTP/1.1 503 ")) {
        answer->busy = 1;
    } else {
        static char text[160];
        snprintf(text, sizeof(text), "%.*s", (int)size, (const char *)bytes);
        answer->wrong = text;
    }
}

const struct load_protocol load_http = {.ordered = true,
                                        .request_max = http_request_max,
                                        .answer_max = http_answer_max,
                                        .login = http_login,
                                        .request = http_request,
                                        .scan = http_scan,
                                        .read = http_read};
