/* test_webshop_answer.c - what a shop's answers mean. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "protocols/webshop/callback.h"

static struct ledger_payment payment = {.id = 417, .state = LEDGER_HELD};
static struct webshop_attributes attributes = {.version = WEBSHOP_VERSION_2};
static struct registry_merchant merchant = {.callback = CALLBACK_WEBSHOP};
static struct outbound_answer answer;

static void start(void) {
    cr_assert_eq(xml_start(), 0);
}

TestSuite(webshop_answer, .init = start);

static enum outbound_verdict judge(uint32_t status, const char *text) {
    callback_answer(&payment, &attributes, &merchant, status, slice_text(text), &answer);
    return answer.verdict;
}

#define NS "http://allpay.kz/xsd/1.0.0/WebShopCustomerResponse.xsd"
#define CUSTOMER(inner)                                                                            \
    "<C:WebShopCustomerResponse xmlns:C=\"" NS "\">" inner "</C:WebShopCustomerResponse>"
#define STATUS(text) "<C:Status>" text "</C:Status>"
#define DONE CUSTOMER(STATUS("DONE") "<C:Reason/>")
#define DONE_TWICE DONE DONE
#define OF_ANOTHER_NAMESPACE                                                                       \
    "<C:WebShopCustomerResponse xmlns:C=\"urn:x\">" STATUS("DONE") "</C:WebShopCustomerResponse>"
#define FAIL CUSTOMER(STATUS("FAIL") "<C:Reason></C:Reason>")
#define PENDING CUSTOMER(STATUS("PENDING") "<C:Reason>busy</C:Reason>")

Test(webshop_answer, answers_in_version_1) {
    attributes.version = WEBSHOP_VERSION_1;
    cr_expect_eq(judge(0, ""), OUTBOUND_AGAIN);
    cr_expect_eq(answer.code, OUTBOUND_NO_CODE);
    cr_expect_eq(judge(200, ""), OUTBOUND_OK);
    cr_expect(answer.code == 200 && answer.known);
    cr_expect_eq(judge(200, FAIL), OUTBOUND_OK);
    cr_expect_eq(judge(201, DONE), OUTBOUND_REFUSED);
    cr_expect_eq(judge(302, ""), OUTBOUND_REFUSED);
    cr_expect_eq(judge(404, ""), OUTBOUND_REFUSED);
    cr_expect_eq(judge(500, ""), OUTBOUND_REFUSED);
}

Test(webshop_answer, answers_in_version_2) {
    static const char *const good[] = {
        DONE,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" DONE,
        "\xEF\xBB\xBF" DONE,
        "\r\n\t \xEF\xBB\xBF\n<?xml version='1.0'?>" DONE "\n\n",
        "\xEF\xBB\xBF\xEF\xBB\xBF " DONE,
        CUSTOMER(STATUS(" DONE\n")),
        CUSTOMER("<!-- a --> " STATUS("DONE") "<C:Reason>any</C:Reason>"),
        "<WebShopCustomerResponse xmlns=\"" NS "\"><Status>DONE</Status></WebShopCustomerResponse>",
    };
    static const char *const garbage[] = {"",
                                          " ",
                                          "OK",
                                          "DONE",
                                          "<html>",
                                          "<html/>",
                                          "<?php echo 1;",
                                          "{\"status\":\"DONE\"}",
                                          CUSTOMER(""),
                                          CUSTOMER(STATUS("")),
                                          CUSTOMER(STATUS("done")),
                                          CUSTOMER(STATUS("DONE!")),
                                          CUSTOMER("<Status>DONE</Status>"),
                                          CUSTOMER(STATUS("DONE") STATUS("FAIL")),
                                          CUSTOMER(STATUS("FAIL") "<C:Odd/>"),
                                          CUSTOMER("<C:Reason/>" STATUS("DONE")),
                                          CUSTOMER("DONE" STATUS("DONE")),
                                          CUSTOMER(STATUS("FA<!-- -->IL")),
                                          "<Status>DONE</Status>",
                                          DONE "x",
                                          "x" DONE,
                                          DONE_TWICE,
                                          "<!DOCTYPE a>" DONE,
                                          OF_ANOTHER_NAMESPACE};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        cr_expect(judge(200, good[i]) == OUTBOUND_OK && answer.known, "%s", good[i]);
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++)
        cr_expect(judge(200, garbage[i]) == OUTBOUND_AGAIN && !answer.known, "%s", garbage[i]);
    cr_expect_eq(judge(200, FAIL), OUTBOUND_REFUSED);
    cr_expect_str_eq(answer.comment, "FAIL");
    cr_expect(judge(200, PENDING) == OUTBOUND_AGAIN && answer.known);
    cr_expect_str_eq(answer.comment, "busy");
    cr_expect_eq(judge(500, DONE), OUTBOUND_AGAIN); /* [ours]: which is to be believed? */
    cr_expect_eq(judge(500, FAIL), OUTBOUND_AGAIN);
    cr_expect_eq(judge(0, DONE), OUTBOUND_AGAIN);
    static char large[XML_BYTES_MAX + 512];
    memset(large, ' ', sizeof large - 1);
    memcpy(large + sizeof large - sizeof DONE, DONE, sizeof DONE);
    cr_expect_eq(judge(200, large), OUTBOUND_OK); /* blanks in front */
}

Test(webshop_answer, a_reason_is_text_that_fits) {
    char reason[2048], text[4096];
    memset(reason, 'a', sizeof reason);
    (void)snprintf(reason + OUTBOUND_COMMENT_MAX - 2, 16, "\xD0\xB6");
    (void)snprintf(text, sizeof text, CUSTOMER(STATUS("FAIL") "<C:Reason>%s</C:Reason>"), reason);
    cr_expect_eq(judge(200, text), OUTBOUND_REFUSED);
    cr_expect_eq(strlen(answer.comment), OUTBOUND_COMMENT_MAX - 2); /* no half of a character */
    cr_expect_eq(judge(200, CUSTOMER(STATUS("FAIL") "<C:Reason>a\nb&#x85;c</C:Reason>")),
                 OUTBOUND_REFUSED);
    cr_expect_str_eq(answer.comment, "a b c");
}

Test(webshop_answer, answers_in_other_versions_say_nothing) {
    attributes.version = WEBSHOP_VERSION_OTHER;
    cr_expect(judge(200, DONE) == OUTBOUND_AGAIN && !answer.known);
    cr_expect_eq(judge(500, FAIL), OUTBOUND_AGAIN);
}

Test(webshop_answer, answers_to_webhooks) {
    merchant.callback = CALLBACK_WEBHOOK;
    attributes.version = WEBSHOP_VERSION_1;
    static const struct {
        uint32_t status;
        enum outbound_verdict verdict;
    } answers[] = {{0, OUTBOUND_AGAIN},   {200, OUTBOUND_OK},      {204, OUTBOUND_OK},
                   {299, OUTBOUND_OK},    {301, OUTBOUND_AGAIN},   {400, OUTBOUND_AGAIN},
                   {404, OUTBOUND_AGAIN}, {410, OUTBOUND_REFUSED}, {422, OUTBOUND_REFUSED},
                   {429, OUTBOUND_AGAIN}, {500, OUTBOUND_AGAIN},   {503, OUTBOUND_AGAIN}};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        cr_expect_eq(judge(answers[i].status, FAIL), answers[i].verdict, "%u", answers[i].status);
}

/* Shops answer 200 or DONE to everything: of a payment that has ended it only says "heard". */
Test(webshop_answer, an_ended_payment_is_only_acknowledged) {
    payment.state = LEDGER_DECLINED;
    for (int version = WEBSHOP_VERSION_1; version <= WEBSHOP_VERSION_OTHER; version++) {
        attributes.version = (enum webshop_version)version;
        cr_expect_eq(judge(200, DONE), OUTBOUND_OK);
        cr_expect_eq(judge(500, FAIL), OUTBOUND_OK);
        cr_expect_eq(judge(200, "garbage"), OUTBOUND_OK);
        cr_expect_eq(judge(0, ""), OUTBOUND_AGAIN);
    }
    payment.state = LEDGER_COMPLETED;
    cr_expect_eq(judge(404, ""), OUTBOUND_OK);
}

Test(webshop_answer, the_sample_of_the_field) {
    char text[4096];
    FILE *file =
        fopen(TESTS_FOLDER "/../../shared/vectors/webshop-customer-response-sample.xml", "r");
    if (file == NULL)
        cr_skip_test("no folder of vectors beside the project");
    size_t size = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[size] = '\0';
    cr_expect_eq(judge(200, text), OUTBOUND_OK);
    cr_expect_str_eq(answer.comment, "DONE");
}
