/* The frames of MessagePack-RPC, byte by byte: the exchange of protocols/rpc/README.md. */
#include <criterion/criterion.h>
#include <sodium.h>

#include "protocols/adapter.h"
#include "protocols/common/frame.h"
#include "protocols/rpc/message.h"
#include "tests/unit/protocols/golden.h"

#define CHALLENGE                                                                                  \
    "80 81 82 83 84 85 86 87 88 89 8a 8b 8c 8d 8e 8f 90 91 92 93 94 95 96 97 98 99 9a 9b 9c 9d "   \
    "9e 9f"
#define MAC                                                                                        \
    "97 41 10 b5 84 88 9c c7 8f 23 dc d8 05 2f 45 71 33 40 89 93 dd 46 7d 29 ae 1d 97 6a d3 71 "   \
    "12 e6"
#define OPEN                                                                                       \
    "94 00 03 a4 6f 70 65 6e 91 92 94 c4 03 72 2d 31 03 91 93 cd 03 e9 cd 07 d1 cd 27 10 a4 70 "   \
    "6f 73 74 94 c4 03 72 2d 32 03 91 93 cd 03 e9 cd 07 d1 a1 31 a4 68 6f 6c 64"
#define OPENED                                                                                     \
    "94 01 03 c0 92 95 00 37 03 c2 09 96 02 00 00 c2 09 d9 38 70 61 79 6d 65 6e 74 73 5b 31 5d "   \
    "2e 6c 65 67 73 5b 30 5d 2e 61 6d 6f 75 6e 74 3a 20 65 78 70 65 63 74 65 64 20 61 6e 20 75 "   \
    "6e 73 69 67 6e 65 64 20 69 6e 74 65 67 65 72"
#define UNKNOWN                                                                                    \
    "94 01 03 82 a4 63 6f 64 65 a7 55 4e 4b 4e 4f 57 4e a4 74 65 78 74 d9 41 74 68 65 20 6f 75 "   \
    "74 63 6f 6d 65 20 69 73 20 6e 6f 74 20 6b 6e 6f 77 6e 20 28 79 65 74 29 3b 20 61 73 6b 20 "   \
    "61 67 61 69 6e 20 77 69 74 68 20 74 68 65 20 73 61 6d 65 20 72 65 66 65 72 65 6e 63 65 c0"

/* ---- Helpers ------------------------------------------------------------------------------- */

/* The bytes, in memory that is never given back: a test is a process. */
static struct slice bytes(const char *hex) {
    static char pool[16384];
    static size_t used;
    struct buffer buffer;
    buffer_init(&buffer, 4096);
    golden_from_hex(&buffer, hex);
    cr_assert_leq(used + buffer.used, sizeof pool);
    struct slice slice = {pool + used, buffer.used};
    memcpy(pool + used, buffer.base, buffer.used);
    used += buffer.used;
    buffer_free(&buffer);
    return slice;
}

static void is(struct buffer *buffer, const char *hex) {
    struct slice expected = bytes(hex);
    cr_expect(slice_equal((struct slice){buffer->base, buffer->used}, expected), "not %s", hex);
    buffer->used = 0;
}

static struct rpc_call call_of(const char *hex) {
    struct rpc_call call = {.id = 0};
    cr_assert(rpc_call_read(bytes(hex), &call), "%s", hex);
    return call;
}

static void is_no_call(const char *hex) {
    struct rpc_call call;
    cr_expect_not(rpc_call_read(bytes(hex), &call), "%s", hex);
}

static bool is_login(const char *hex) {
    struct rpc_login login;
    return rpc_login_read(bytes(hex), &login);
}

/* ---- Cases --------------------------------------------------------------------------------- */

Test(message, login_of_the_readme) {
    struct buffer out;
    struct rpc_login login;
    buffer_init(&out, 4096);
    struct rpc_call call = call_of("94 00 01 a5 6c 6f 67 69 6e 91 a4 64 65 6d 6f");
    cr_expect_eq(call.id, 1);
    cr_expect(slice_equal(call.method, SLICE("login")));
    cr_assert(rpc_login_read(call.params, &login));
    cr_expect(slice_equal(login.name, SLICE("demo")) && login.mac.base == NULL);
    struct slice challenge = bytes(CHALLENGE);
    rpc_reply_challenge(&out, call.id, (const uint8_t *)challenge.base);
    is(&out, "94 01 01 c0 c4 20 " CHALLENGE);

    call = call_of("94 00 02 a5 6c 6f 67 69 6e 92 a4 64 65 6d 6f c4 20 " MAC);
    cr_assert(rpc_login_read(call.params, &login));
    cr_expect(slice_equal(login.mac, bytes(MAC)));
    uint8_t key[crypto_auth_KEYBYTES], message[RPC_CHALLENGE_SIZE + 4];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    memcpy(message, challenge.base, challenge.size);
    memcpy(message + challenge.size, login.name.base, login.name.size);
    cr_expect_eq(crypto_auth_verify((const uint8_t *)login.mac.base, message, sizeof message, key),
                 0);
    rpc_reply_login(&out, call.id);
    is(&out, "94 01 02 c0 c3");
    buffer_free(&out);
}

Test(message, open_of_the_readme) {
    static _Alignas(8) uint8_t memory[4096];
    static const struct grant grant = {
        .rights = GRANT_OPEN, .requester = 7, .accounts = {{1000, 3999}}, .account_count = 1};
    static const struct ledger_result results[] = {
        {.status = LEDGER_DONE, .payment = 55, .state = LEDGER_COMPLETED, .sequence = 9},
        {.status = LEDGER_BAD_COMMAND, .sequence = 9}};
    struct buffer out;
    buffer_init(&out, 4096);
    struct adapter_reply reply = {.body = &out};
    struct adapter_note note;
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct rpc_call call = call_of(OPEN);
    struct adapter_request request = {
        .method = call.method, .body = call.params, .call_id = call.id, .grant = &grant};
    cr_assert_eq(rpc_adapter.decode(NULL, &request, &writer, &note, &reply), ADAPTER_SUBMIT);
    cr_assert_eq(writer.count, 2);
    rpc_adapter.encode(NULL, &note, results, 2, &reply);
    is(&out, OPENED);
    rpc_adapter.encode(NULL, &note, NULL, 0, &reply);
    is(&out, UNKNOWN);
    buffer_free(&out);
}

/* Decodes 64 payments, the first of them as given, into a writer of 512 bytes: the answer. */
static struct slice answer_without_room(const char *first) {
    static _Alignas(8) uint8_t memory[512];
    static const struct grant grant = {
        .rights = GRANT_OPEN, .requester = 7, .accounts = {{1000, 3999}}, .account_count = 1};
    struct buffer out, params, text;
    buffer_init(&out, 4096);
    buffer_init(&params, 1 << 20);
    buffer_init(&text, 4096);
    golden_from_hex(&params, "91 dc 00 40");
    golden_from_hex(&params, first);
    for (int i = 1; i < 64; i++)
        golden_from_hex(&params, "94 a1 72 03 91 93 cd 03 e9 cd 07 d1 01 a4 70 6f 73 74");
    struct adapter_reply reply = {.body = &out};
    struct adapter_note note;
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct adapter_request request = {
        .method = SLICE("open"), .body = {params.base, params.used}, .call_id = 5, .grant = &grant};
    cr_assert_eq(rpc_adapter.decode(NULL, &request, &writer, &note, &reply), ADAPTER_ANSWERED);
    cr_expect_eq(writer.count, 0);
    cr_expect_eq(writer.used, 0);
    golden_to_json(&text, out.base, out.used);
    static char kept[512];
    struct slice answer = {kept, text.used < sizeof kept ? text.used : sizeof kept};
    memcpy(kept, text.base, answer.size);
    buffer_free(&text);
    buffer_free(&params);
    buffer_free(&out);
    return answer;
}

Test(message, a_full_writer_is_busy_and_clean) {
    struct slice answer =
        answer_without_room("94 a1 72 03 91 93 cd 03 e9 cd 07 d1 01 a4 70 6f 73 74");
    cr_expect(slice_starts(answer, SLICE("[1,5,{\"code\":\"BUSY\",\"text\":")));
}

Test(message, without_room_a_malformed_payment_is_told_first) {
    cr_expect(slice_starts(answer_without_room("01"),
                           SLICE("[1,5,{\"code\":\"BAD_PARAMS\",\"text\":\"payments[0]: ")));
}

Test(message, a_whole_batch_keeps_its_order) {
    static _Alignas(8) uint8_t memory[LEDGER_BATCH_MAX * 128];
    static struct ledger_result results[LEDGER_BATCH_MAX];
    static const struct grant grant = {
        .rights = GRANT_OPEN, .requester = 7, .accounts = {{1000, 3999}}, .account_count = 1};
    struct buffer out, params;
    buffer_init(&out, 1 << 20);
    buffer_init(&params, 1 << 20);
    golden_from_hex(&params, "91 dc 1f fe"); /* 8190 */
    for (int i = 0; i < LEDGER_BATCH_MAX; i++) {
        golden_from_hex(&params, "94 a2 00 00 03 91 93 cd 03 e9 cd 07 d1 01 a4 70 6f 73 74");
        params.base[4 + i * 19 + 2] = (char)(i >> 8);
        params.base[4 + i * 19 + 3] = (char)i;
        results[i].payment = (uint64_t)i;
    }
    struct adapter_reply reply = {.body = &out};
    struct adapter_note note;
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct adapter_request request = {
        .method = SLICE("open"), .body = {params.base, params.used}, .grant = &grant};
    cr_assert_eq(rpc_adapter.decode(NULL, &request, &writer, &note, &reply), ADAPTER_SUBMIT);
    cr_expect_eq(writer.count, LEDGER_BATCH_MAX);
    rpc_adapter.encode(NULL, &note, results, LEDGER_BATCH_MAX, &reply);
    struct frame_scanner scanner;
    frame_start(&scanner, 1 << 20);
    cr_expect_eq(frame_scan(&scanner, out.base, out.used), FRAME_DONE);
    cr_expect_eq(scanner.position, out.used);
    buffer_free(&params);
    buffer_free(&out);
}

Test(message, what_is_no_call) {
    is_no_call("93 00 01 a1 61");                            /* three elements        */
    is_no_call("95 00 01 a1 61 90 90");                      /* five                  */
    is_no_call("94 01 01 a1 61 90");                         /* an answer             */
    is_no_call("93 02 a1 61 90");                            /* a notification        */
    is_no_call("94 00 ff a1 61 90");                         /* a negative msgid      */
    is_no_call("94 00 cf 00 00 00 01 00 00 00 00 a1 61 90"); /* past 32 bits */
    is_no_call("94 00 01 61 90");                            /* a method's number     */
    is_no_call("84 00 01 a1 61 90 00 00 00");                /* a map                 */
    is_no_call("94 00 01 a1 61");                            /* no params             */
    is_no_call("c0");
    struct rpc_call call = call_of("dc 00 04 cc 00 ce ff ff ff ff d9 01 61 c0");
    cr_expect_eq(call.id, UINT32_MAX);
    cr_expect_eq(call.params.size, 1);
}

Test(message, what_is_no_login) {
    cr_expect(is_login("91 a1 61"));
    cr_expect(is_login("91 c4 01 61"));
    cr_expect_not(is_login("90"));
    cr_expect_not(is_login("91 a0"));
    cr_expect_not(is_login("91 01"));
    cr_expect_not(is_login("a1 61"));
    cr_expect_not(is_login("92 a1 61 c4 01 00"));
    cr_expect_not(is_login("93 a1 61 c4 01 00 c0"));
    cr_expect_not(is_login("92 a1 61 c0"));
    cr_expect_not(is_login("91 d9 20 " CHALLENGE)); /* a name of 32 bytes */
    cr_expect(is_login("92 a1 61 c4 20 " MAC));
    cr_expect_not(is_login("92 a1 61 c4 20 " MAC " 00"));
}

Test(message, every_error_has_a_name_and_a_text) {
    for (int error = 0; error < RPC_ERROR_COUNT; error++) {
        cr_expect_gt(strlen(rpc_error_name((enum rpc_error)error)), 0);
        cr_expect_gt(strlen(rpc_error_text((enum rpc_error)error)), 0);
    }
}
