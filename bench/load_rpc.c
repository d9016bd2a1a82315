/* load_rpc.c - login and `open` as the load client speaks them (protocols/rpc/README.md). Calls
 * are written straight into the output: 36 bytes a payment. */
#include "bench/load.h"
#include "bench/wire.h"

#include <sodium.h>
#include <stdio.h>

#define HEAD_MAX 24u       /* of a call or an answer, around the payments */
#define PAYMENT_MAX 36u    /* of a call */
#define OUTCOME_MAX 40u    /* of an answer */
#define ATTRIBUTES_MAX 48u /* of a payment that a provider is told of, with a NUL */
#define OPTIONS_MAX (ATTRIBUTES_MAX + 32u)
#define ANSWER_SPARE 1024u /* an error's text */
#define CHALLENGE_BYTES 32u

_Static_assert(LOAD_KEY_BYTES == crypto_auth_KEYBYTES, "the key is crypto_auth's");

static size_t rpc_request_max(uint32_t batch) {
    return HEAD_MAX + (size_t)batch * PAYMENT_MAX;
}

static size_t held_request_max(uint32_t batch) {
    return rpc_request_max(batch) + (size_t)batch * OPTIONS_MAX;
}

static size_t rpc_answer_max(uint32_t batch) {
    return HEAD_MAX + ANSWER_SPARE + (size_t)batch * OUTCOME_MAX;
}

/* [0, id, method, and then the params. Methods have up to 15 bytes. */
static uint8_t *put_head(uint8_t *out, uint32_t id, const char *method) {
    size_t size = strlen(method);
    *out++ = 0x94;
    *out++ = 0;
    out = wire_put_u32(out, id);
    *out++ = (uint8_t)(0xa0 | size);
    return wire_put_bytes(out, method, size);
}

static uint8_t *put_name(uint8_t *out, const char *name) {
    size_t size = strlen(name);
    *out++ = (uint8_t)(0xa0 | size);
    return wire_put_bytes(out, name, size);
}

/* login [name] -> 32 bytes; login [name, crypto_auth(those bytes || name)] -> true. */
static bool rpc_login(int fd, const char *name, const uint8_t *key) {
    uint8_t call[128];
    uint8_t answer[8 + 2 + CHALLENGE_BYTES];
    uint8_t message[CHALLENGE_BYTES + 31];
    size_t name_size = strlen(name);
    if (sodium_init() < 0 || name_size > 31)
        return false;
    uint8_t *end = put_head(call, UINT32_MAX, "login");
    *end++ = 0x91;
    end = put_name(end, name);
    /* [1, 0xffffffff, nil, bin 8 of 32 bytes] */
    if (!load_send_all(fd, call, (size_t)(end - call)) ||
        !load_receive_all(fd, answer, sizeof(answer)) || answer[7] != 0xc0 || answer[8] != 0xc4)
        return false;
    memcpy(message, answer + 10, CHALLENGE_BYTES);
    memcpy(message + CHALLENGE_BYTES, name, name_size);
    end = put_head(call, UINT32_MAX, "login");
    *end++ = 0x92;
    end = put_name(end, name);
    *end++ = 0xc4;
    *end++ = crypto_auth_BYTES;
    crypto_auth(end, message, CHALLENGE_BYTES + name_size, key);
    end += crypto_auth_BYTES;
    return load_send_all(fd, call, (size_t)(end - call)) && load_receive_all(fd, answer, 9) &&
           answer[7] == 0xc0 && answer[8] == 0xc3;
}

/* {"deliver_to": number, "attributes": JSON}. The account ends in 00: the stand-in provider does
 * something special for others (bench/provider_stub/README.md). */
static uint8_t *put_options(uint8_t *out, const struct book_stream *stream, uint64_t wallet) {
    _Static_assert(BOOK_AMOUNT == 100, "the attributes say so");
    *out++ = 0x82;
    out = put_name(out, "deliver_to");
    out = wire_put_u32(out, stream->deliver_to);
    out = put_name(out, "attributes");
    *out++ = 0xc4;
    int size = snprintf((char *)out + 1, ATTRIBUTES_MAX,
                        "{\"account\":\"%u00\",\"amount\":\"1.00\"}", (unsigned)wallet);
    *out = (uint8_t)size;
    return out + 1 + size;
}

/* open [[payment, ...]]; payment: [reference, operation, [[debit, credit, amount]], "post"], or
 * "hold" and options */
static size_t rpc_request(uint8_t *out, uint32_t call_id, const struct book_stream *stream,
                          uint64_t first, uint32_t batch) {
    static const uint8_t middle[] = {BOOK_OPERATION,   0x91, 0x93, 0xcd, BOOK_AGENT >> 8,
                                     BOOK_AGENT & 0xff};
    _Static_assert(BOOK_AMOUNT < 128 && BOOK_OPERATION < 128, "one byte each");
    bool hold = stream->deliver_to != 0;
    uint8_t *end = put_head(out, call_id, "open");
    *end++ = 0x91;
    *end++ = 0xdc;
    *end++ = (uint8_t)(batch >> 8);
    *end++ = (uint8_t)batch;
    for (uint32_t i = 0; i < batch; i++) {
        struct book_payment payment = book_payment(stream, first + i);
        *end++ = hold ? 0x95 : 0x94;
        *end++ = 0xc4;
        *end++ = BOOK_REFERENCE;
        end = wire_put_bytes(end, payment.reference, BOOK_REFERENCE);
        end = wire_put_bytes(end, middle, sizeof(middle));
        end = wire_put_u32(end, (uint32_t)payment.wallet);
        *end++ = BOOK_AMOUNT;
        end = put_name(end, hold ? "hold" : "post");
        if (hold)
            end = put_options(end, stream, payment.wallet);
    }
    return (size_t)(end - out);
}

static size_t rpc_scan(struct load_scan *scan, const uint8_t *bytes, size_t size) {
    if (!scan->under_way)
        frame_start(&scan->frame, rpc_answer_max(LEDGER_BATCH_MAX));
    enum frame_status status = frame_scan(&scan->frame, bytes, size);
    scan->under_way = status == FRAME_MORE;
    if (status == FRAME_MORE)
        return 0;
    return status == FRAME_DONE ? scan->frame.position : SIZE_MAX;
}

/* Behind a nil, a bool, a number or a short text; NULL: it is something else. The frame is known
 * to be whole and well-formed, so as many values as its heads say are there. */
static const uint8_t *behind_scalar(const uint8_t *at) {
    static const uint8_t sizes[] = {2, 3, 5, 9}; /* uint 8, 16, 32, 64 */
    if (at == NULL)
        return NULL;
    if (*at < 0x80 || (*at >= 0xc0 && *at <= 0xc3))
        return at + 1;
    if (*at >= 0xcc && *at <= 0xcf)
        return at + sizes[*at - 0xcc];
    return (*at & 0xe0) == 0xa0 ? at + 1 + (*at & 0x1f) : NULL;
}

static const char *wrong_outcome(const uint8_t *at) {
    static char text[64];
    snprintf(text, sizeof(text), "a payment is refused with status %s", ledger_status_name(*at));
    return text;
}

/* [status, payment, state, replayed, sequence]; wanted: the state after it was done. */
static const uint8_t *read_outcome(const uint8_t *at, uint32_t wanted, struct load_answer *answer) {
    if (at[0] != 0x95) {
        answer->wrong = "an outcome is no array of five";
        return NULL;
    }
    const uint8_t *status = at + 1;
    const uint8_t *state = behind_scalar(behind_scalar(status));
    const uint8_t *end = state == NULL ? NULL : behind_scalar(state);
    end = behind_scalar(behind_scalar(end));
    if (end == NULL)
        answer->wrong = "an outcome has a field of another type";
    else if (*status == LEDGER_BUSY)
        answer->busy++;
    else if (*status == LEDGER_DONE && *state == wanted)
        answer->done++;
    else if (*status == LEDGER_REPLAYED && (*state == wanted || *state == LEDGER_COMPLETED))
        answer->replayed++;
    else
        answer->wrong = wrong_outcome(status);
    return end;
}

/* An error of the whole call: {"code": ..., "text": ...}. */
static void read_error(const uint8_t *at, size_t size, uint32_t batch, struct load_answer *answer) {
    static char text[200];
    if (memmem(at, size,
               "\xa4"
               "BUSY",
               5) != NULL ||
        memmem(at, size, "\xa7UNKNOWN", 8) != NULL) {
        answer->busy = batch;
        return;
    }
    snprintf(text, sizeof(text), "error: %.*s", (int)size, (const char *)at);
    for (char *c = text; *c != '\0'; c++)
        *c = *c < ' ' || *c > '~' ? ' ' : *c;
    answer->wrong = text;
}

/* [1, id, error, result] */
static void read_answer(const uint8_t *bytes, size_t size, uint32_t batch, uint32_t wanted,
                        struct load_answer *answer) {
    uint64_t id = 0;
    uint32_t count = 0;
    const uint8_t *end = bytes + size;
    size_t head = size > 2 ? frame_read_uint(bytes + 2, size - 2, &id) : 0;
    const uint8_t *at = bytes + 2 + head;
    answer->call_id = (uint32_t)id;
    if (head == 0 || bytes[0] != 0x94 || bytes[1] != 1) {
        answer->wrong = "it is no [1, msgid, error, result]";
        return;
    }
    if (*at != 0xc0) {
        read_error(at, (size_t)(end - at), batch, answer);
        return;
    }
    head = frame_read_array(at + 1, (size_t)(end - at - 1), &count);
    if (head == 0 || count != batch) {
        answer->wrong = "the results are not as many as the payments";
        return;
    }
    at += 1 + head;
    for (uint32_t i = 0; i < count && at != NULL; i++)
        at = read_outcome(at, wanted, answer);
}

static void rpc_read(const uint8_t *bytes, size_t size, uint32_t batch,
                     struct load_answer *answer) {
    read_answer(bytes, size, batch, LEDGER_COMPLETED, answer);
}

static void held_read(const uint8_t *bytes, size_t size, uint32_t batch,
                      struct load_answer *answer) {
    read_answer(bytes, size, batch, LEDGER_HELD, answer);
}

const struct load_protocol load_rpc = {.request_max = rpc_request_max,
                                       .answer_max = rpc_answer_max,
                                       .login = rpc_login,
                                       .request = rpc_request,
                                       .scan = rpc_scan,
                                       .read = rpc_read};

const struct load_protocol load_held = {.request_max = held_request_max,
                                        .answer_max = rpc_answer_max,
                                        .login = rpc_login,
                                        .request = rpc_request,
                                        .scan = rpc_scan,
                                        .read = held_read};
