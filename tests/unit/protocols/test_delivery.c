/* test_delivery.c - what a provider is asked for a payment. */
#include <criterion/criterion.h>

#include "protocols/common/delivery.h"

/* A payment as stored: header, two legs, reference, attributes. */
static struct {
    struct ledger_payment head;
    struct ledger_leg legs[2];
    char tail[LEDGER_REFERENCE_MAX + LEDGER_ATTRIBUTES_MAX];
} payment;
static char account[DELIVERY_ACCOUNT_MAX];
static struct outbound_payment asked;

static bool read_text(const char *attributes) {
    payment.head = (struct ledger_payment){.id = 17,
                                           .opened_ns = 5,
                                           .leg_count = 2,
                                           .reference_size = 2,
                                           .attributes_size = (uint16_t)strlen(attributes)};
    payment.legs[0].amount = 10100;
    payment.legs[1].amount = 10000;
    memcpy(payment.tail, "r1", 2);
    memcpy(payment.tail + 2, attributes, strlen(attributes));
    return delivery_read(&payment.head, account, &asked, NULL);
}

Test(delivery, is_read) {
    cr_assert(read_text("{\"method\":\"x\",\"amount\":\"100.00\",\"service\":185,"
                        "\"account\":\"777 \xd3\x98\",\"provider_service\":12}"));
    cr_expect_eq(asked.id, 17);
    cr_expect_eq(asked.time_ns, 5);
    cr_expect_eq(asked.amount, 10000);
    cr_expect_eq(asked.service, 12);
    cr_expect(slice_equal(asked.account, SLICE("777 \xd3\x98")));
    cr_expect_eq(asked.account.base, account);
    cr_assert(read_text("{\"account\":\"1\",\"amount\":\"101\"}"));
    cr_expect_eq(asked.amount, 10100);
    cr_expect_eq(asked.service, 0);
}

Test(delivery, is_not_there) {
    char text[512] = "{\"amount\":\"100\",\"account\":\"";
    cr_expect_not(read_text(""));
    cr_expect_not(read_text("[]"));
    cr_expect_not(read_text("{}"));
    cr_expect_not(read_text("{\"account\":\"1\"}"));
    cr_expect_not(read_text("{\"amount\":\"100\"}"));
    cr_expect_not(read_text("{\"account\":\"\",\"amount\":\"100\"}"));
    cr_expect_not(read_text("{\"account\":1,\"amount\":\"100\"}"));
    cr_expect_not(read_text("{\"account\":\"1\",\"amount\":100}"));
    cr_expect_not(read_text("{\"account\":\"1\",\"amount\":\"1e2\"}"));
    cr_expect_not(read_text("{\"account\":\"1\",\"amount\":\"0\"}"));
    cr_expect_not(read_text("{\"account\":\"1\",\"amount\":\"100\",\"provider_service\":-1}"));
    cr_expect_not(read_text("{\"account\":\"1\",\"amount\":\"100\",\"provider_service\":\"1\"}"));
    cr_expect_not(read_text("{\"account\":\"1\",\"account\":\"2\",\"amount\":\"100\"}"));
    cr_expect_not(read_text("{\"account\":\"1\\u0000\",\"amount\":\"100\"}"));
    cr_expect_not(read_text("{\"account\":\"1\",\"amount\":\"100\"} "
                            "{}"));
    memset(text + strlen(text), '1', DELIVERY_ACCOUNT_MAX);
    memcpy(text + strlen(text), "\"}", 3);
    cr_expect_not(read_text(text));
}

Test(delivery, asks_for_no_more_than_was_moved) {
    cr_expect_not(read_text("{\"account\":\"1\",\"amount\":\"100.01\"}"));
    cr_expect_not(read_text("{\"account\":\"1\",\"amount\":\"1\"}"));
}
