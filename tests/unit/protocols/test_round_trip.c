/* Random payments through both doors: each door's bytes become the very command that the ledger's
 * own writer makes of the same fields. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "protocols/adapter.h"
#include "protocols/common/date.h"
#include "protocols/common/money.h"
#include "protocols/common/operation.h"
#include "protocols/json_api/text.h"
#include "protocols/rpc/pack.h"
#include "tests/lib/random.h"

enum { ROUNDS = 3000 };

/* ---- Random payments ----------------------------------------------------------------------- */

static struct random source;

static uint64_t draw(uint64_t below) {
    return random_below(&source, below);
}

/* Of every magnitude, as MessagePack's integers have several sizes. */
static uint64_t draw_number(uint64_t max) {
    uint64_t number = random_next(&source) >> draw(64);
    return number > max ? max : number;
}

struct payment {
    struct ledger_open open;
    struct ledger_leg_request legs[LEDGER_LEGS_MAX];
    char reference[LEDGER_REFERENCE_MAX], attributes[LEDGER_ATTRIBUTES_MAX];
    uint8_t hash[LEDGER_TOKEN_HASH];
};

static void draw_legs(struct payment *payment, uint64_t account_max) {
    payment->open.legs = payment->legs;
    payment->open.leg_count = 1 + (uint32_t)draw(LEDGER_LEGS_MAX);
    for (uint32_t i = 0; i < payment->open.leg_count; i++) {
        struct ledger_leg_request *leg = &payment->legs[i];
        leg->debit = 1 + draw_number(account_max - 2); /* and its credit is another */
        leg->credit = leg->debit + 1;
        leg->amount = 1 + draw_number(LEDGER_AMOUNT_MAX - 1);
    }
}

static void draw_payment(struct payment *payment, uint64_t account_max, bool text) {
    struct ledger_open *open = &payment->open;
    *open = (struct ledger_open){.requester = 7, .reference = payment->reference};
    open->reference_size = 1 + (uint32_t)draw(LEDGER_REFERENCE_MAX);
    for (uint32_t i = 0; i < open->reference_size; i++)
        payment->reference[i] = (char)(text ? 0x20 + draw(95) : draw(256));
    draw_legs(payment, account_max);
    open->post = draw(2) == 0;
    open->wait_for_funds = draw(2) == 0;
    open->operation = text ? OPERATION_ISSUE + (uint16_t)draw(12) : (uint16_t)draw(65536);
    open->value_date = draw(2) == 0 ? 0 : 20240000 + 100 * (1 + (uint32_t)draw(12)) + 28;
    open->expires_in_s = (uint32_t)draw_number(UINT32_MAX);
    open->reversal_of = draw(2) == 0 ? 0 : draw_number(account_max);
    open->deliver_to = text || open->post ? 0 : (uint32_t)draw_number(UINT32_MAX);
}

static void is_command(const struct ledger_writer *writer, const struct ledger_open *open) {
    static _Alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer expected = {.base = memory, .size = sizeof memory};
    cr_assert_eq(ledger_put_open(&expected, open), LEDGER_DONE);
    cr_assert_eq(writer->count, 1);
    cr_assert_eq(writer->used, expected.used);
    cr_assert_arr_eq(writer->base, expected.base, expected.used);
}

static const struct grant grant = {.rights = GRANT_OPEN | GRANT_DELIVER,
                                   .requester = 7,
                                   .accounts = {{1, UINT64_MAX}},
                                   .account_count = 1};

static void through(const struct adapter *adapter, struct adapter_request *request,
                    const struct ledger_open *open) {
    static _Alignas(8) uint8_t memory[2 * LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    struct buffer headers, body;
    buffer_init(&headers, 4096);
    buffer_init(&body, 4096);
    struct adapter_reply reply = {.headers = &headers, .body = &body};
    struct adapter_note note;
    request->grant = &grant;
    enum adapter_verdict verdict = adapter->decode(NULL, request, &writer, &note, &reply);
    cr_assert_eq(verdict, ADAPTER_SUBMIT, "%.*s\n%.*s", (int)body.used, body.base,
                 (int)request->body.size, request->body.base);
    is_command(&writer, open);
    buffer_free(&headers);
    buffer_free(&body);
}

/* ---- MessagePack-RPC ----------------------------------------------------------------------- */

static void pack_options(msgpack_packer *packer, const struct ledger_open *open) {
    bool date = open->value_date != 0, token = open->token_account != 0;
    msgpack_pack_map(packer, 6u + date + 2u * token);
    if (date) {
        pack_text(packer, "value_date");
        msgpack_pack_uint32(packer, open->value_date);
    }
    if (token) {
        pack_text(packer, "token_hash");
        pack_binary(packer, open->token_hash, LEDGER_TOKEN_HASH);
        pack_text(packer, "token_account");
        msgpack_pack_uint64(packer, open->token_account);
    }
    pack_text(packer, "expires_in_s");
    msgpack_pack_uint32(packer, open->expires_in_s);
    pack_text(packer, "requester");
    msgpack_pack_int64(packer, 7);
    pack_text(packer, "wait_for_funds");
    pack_bool(packer, open->wait_for_funds);
    pack_text(packer, "deliver_to");
    msgpack_pack_uint32(packer, open->deliver_to);
    pack_text(packer, "reversal_of");
    msgpack_pack_uint64(packer, open->reversal_of);
    pack_text(packer, "attributes");
    pack_binary(packer, open->attributes, open->attributes_size);
}

static void pack_payment(struct buffer *out, const struct ledger_open *open) {
    msgpack_packer packer;
    pack_start(&packer, out);
    msgpack_pack_array(&packer, 1);
    msgpack_pack_array(&packer, 1);
    msgpack_pack_array(&packer, 5);
    pack_binary(&packer, open->reference, open->reference_size);
    msgpack_pack_uint16(&packer, open->operation);
    msgpack_pack_array(&packer, open->leg_count);
    for (uint32_t i = 0; i < open->leg_count; i++) {
        msgpack_pack_array(&packer, 3);
        msgpack_pack_uint64(&packer, open->legs[i].debit);
        msgpack_pack_uint64(&packer, open->legs[i].credit);
        msgpack_pack_uint64(&packer, open->legs[i].amount);
    }
    pack_text(&packer, open->post ? "post" : "hold");
    pack_options(&packer, open);
}

Test(round_trip, rpc) {
    for (source.state = 1; source.state <= ROUNDS; source.state++) {
        const uint64_t seed = source.state;
        struct payment payment;
        struct buffer body;
        buffer_init(&body, 1 << 16);
        draw_payment(&payment, UINT64_MAX, false);
        payment.open.attributes = payment.attributes;
        payment.open.attributes_size = (uint32_t)draw(LEDGER_ATTRIBUTES_MAX + 1);
        for (uint32_t i = 0; i < payment.open.attributes_size; i++)
            payment.attributes[i] = (char)draw(256);
        if (draw(2) == 0) {
            memset(payment.hash, (int)draw(256), sizeof payment.hash);
            payment.open.token_account = 1 + draw_number(UINT64_MAX - 1);
            payment.open.token_hash = payment.hash;
        }
        pack_payment(&body, &payment.open);
        struct adapter_request request = {.method = SLICE("open"), .body = {body.base, body.used}};
        through(&rpc_adapter, &request, &payment.open);
        buffer_free(&body);
        source.state = seed;
    }
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static void print_payment(struct buffer *out, const struct ledger_open *open) {
    char day[DATE_TEXT];
    buffer_text(out, "{\"reference\":");
    text_string(out, (struct slice){open->reference, open->reference_size});
    text_operation(out, open->operation);
    text_word(out, "mode", open->post ? "post" : "hold");
    buffer_text(out, ",\"legs\":[");
    for (uint32_t i = 0; i < open->leg_count; i++) {
        buffer_format(out, "%s{\"debit\":%" PRIu64, i == 0 ? "" : ",", open->legs[i].debit);
        text_number(out, "credit", open->legs[i].credit);
        text_amount(out, "amount", open->legs[i].amount);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
    if (open->value_date != 0)
        text_word(out, "value_date", date_text(open->value_date, day));
    text_number(out, "expires_in_s", open->expires_in_s);
    text_bool(out, "wait_for_funds", open->wait_for_funds);
    text_number(out, "reversal_of", open->reversal_of);
    if (open->attributes_size > 0)
        buffer_format(out, ",\"attributes\": %.*s", (int)open->attributes_size,
                      (const char *)open->attributes);
    buffer_text(out, "}");
}

Test(round_trip, json_api) {
    static const struct adapter_header type = {{"content-type", 12}, {"application/json", 16}};
    static const char *const attributes[] = {"", "{}", "{\"a\":1}",
                                             "{\"a\":{\"b\":[]},\"c\":null}"};
    for (source.state = 1; source.state <= ROUNDS; source.state++) {
        const uint64_t seed = source.state;
        struct payment payment;
        struct buffer body;
        buffer_init(&body, 1 << 16);
        draw_payment(&payment, INT64_MAX, true);
        payment.open.attributes = attributes[draw(4)];
        payment.open.attributes_size = (uint32_t)strlen(payment.open.attributes);
        print_payment(&body, &payment.open);
        struct adapter_request request = {.method = SLICE("POST"),
                                          .path = SLICE("/v1/payments"),
                                          .query = SLICE(""),
                                          .body = {body.base, body.used},
                                          .headers = &type,
                                          .header_count = 1};
        through(&json_api_adapter, &request, &payment.open);
        buffer_free(&body);
        source.state = seed;
    }
}
