/* What a payment looks like in each dialect. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "checkpay_rig.h"

static void expect_url(const char *name, enum outbound_step step, const char *from, const char *to,
                       const struct outbound_payment *payment, const char *expected) {
    struct checkpay_profile *profile = rig_profile(name, RIG_BASE, from, to);
    const char *url = rig_url(profile, step, payment);
    cr_expect_str_eq(url, expected, "%s", url);
    checkpay_profile_free(profile);
}

Test(checkpay_request, osmp_says_a_payment_as_the_spec_does) {
    struct outbound_payment payment = rig_payment();
    expect_url("osmp", OUTBOUND_PAY, NULL, NULL, &payment,
               RIG_BASE "?command=pay&txn_id=1234567890123&txn_date=20251231235959"
                        "&account=7771234567&sum=200.00&prv_id=12");
    expect_url("osmp", OUTBOUND_CHECK, NULL, NULL, &payment,
               RIG_BASE "?command=check&txn_id=1234567890123&account=7771234567&sum=200.00"
                        "&prv_id=12");
    expect_url("utility", OUTBOUND_CHECK, NULL, NULL, &payment,
               RIG_BASE "?command=check&txn_id=1234567890123&account=7771234567&sum=200.00"
                        "&prv_id=12");
}

Test(checkpay_request, kassa24_has_names_and_dates_of_its_own) {
    struct outbound_payment payment = rig_payment();
    expect_url("kassa24", OUTBOUND_PAY, NULL, NULL, &payment,
               RIG_BASE "?action=payment&number=7771234567&type=12&amount=200.00"
                        "&receipt=1234567890123&date=2025-12-31T23%3A59%3A59");
    expect_url("kassa24", OUTBOUND_CHECK, NULL, NULL, &payment,
               RIG_BASE "?action=check&number=7771234567&type=12&amount=200.00");
}

Test(checkpay_request, what_is_not_known_is_left_out_or_stood_in_for) {
    struct outbound_payment payment = rig_payment();
    payment.service = 0;
    payment.amount = 0;
    expect_url("osmp", OUTBOUND_CHECK, NULL, NULL, &payment,
               RIG_BASE "?command=check&txn_id=1234567890123&account=7771234567&sum=1.00");
    expect_url("osmp", OUTBOUND_CHECK, "check_sum = 1.00", "", &payment,
               RIG_BASE "?command=check&txn_id=1234567890123&account=7771234567");
    expect_url("osmp", OUTBOUND_PAY, NULL, NULL, &payment, "");
}

Test(checkpay_request, text_is_percent_encoded) {
    struct outbound_payment payment = rig_payment();
    payment.account = SLICE("a&b=c d/\xD0\xB6+%#?");
    expect_url("osmp", OUTBOUND_CHECK, NULL, NULL, &payment,
               RIG_BASE "?command=check&txn_id=1234567890123"
                        "&account=a%26b%3Dc%20d%2F%D0%B6%2B%25%23%3F&sum=200.00&prv_id=12");
    payment.account = SLICE("-._~");
    expect_url("osmp", OUTBOUND_CHECK, "account = {account}", "account = no {account};x", &payment,
               RIG_BASE "?command=check&txn_id=1234567890123"
                        "&account=no%20-._~%3Bx&sum=200.00&prv_id=12");
}

Test(checkpay_request, dates_are_in_the_zone_of_the_profile) {
    struct outbound_payment payment = rig_payment();
    static const struct {
        const char *zone, *date;
    } cases[] = {{"zone = UTC", "20251231185959"},
                 {"zone = +05:00", "20251231235959"},
                 {"zone = +05:01", "20260101000059"},
                 {"zone = -03:30", "20251231152959"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct checkpay_profile *profile =
            rig_profile("osmp", RIG_BASE, "zone = Asia/Almaty", cases[i].zone);
        const char *url = rig_url(profile, OUTBOUND_PAY, &payment);
        cr_expect_not_null(strstr(url, cases[i].date), "%s: %s", cases[i].zone, url);
        checkpay_profile_free(profile);
    }
}

static void expect_sum(const char *how, uint64_t amount, const char *sum) {
    struct outbound_payment payment = rig_payment();
    payment.amount = amount;
    struct checkpay_profile *profile = rig_profile("osmp", RIG_BASE, "method = GET", how);
    char expected[64], *found = strstr(rig_url(profile, OUTBOUND_PAY, &payment), "&sum=");
    snprintf(expected, sizeof expected, "&sum=%s&prv_id=12", sum);
    if (sum[0] == '\0')
        cr_expect_null(found, "%s", how);
    else
        cr_expect_str_eq(found, expected, "%s: %s", how, found);
    checkpay_profile_free(profile);
}

Test(checkpay_request, sums_are_of_the_scale_of_the_profile) {
    expect_sum("method = GET", 1, "0.01");
    expect_sum("method = GET", 99, "0.99");
    expect_sum("method = GET", 123456789012345, "1234567890123.45");
    expect_sum("method = GET", LEDGER_AMOUNT_MAX, "11529215046068469.76");
    expect_sum("method = GET\nsum_separator = ,", 150, "1%2C50");
    expect_sum("method = GET\nsum_decimals = 1", 150, "1.5");
    expect_sum("method = GET\nsum_decimals = 1", 155, "");
    expect_sum("method = GET\nsum_decimals = 0", 15500, "155");
    expect_sum("method = GET\nsum_decimals = 0", 15501, "");
    expect_sum("method = GET\nsum_unit = tiyn", 15501, "15501");
}

Test(checkpay_request, what_the_dialect_has_no_form_for_is_not_said) {
    struct outbound_payment payment = rig_payment();
    char account[202];
    memset(account, '7', sizeof account);
    payment.account = (struct slice){account, 201};
    expect_url("osmp", OUTBOUND_PAY, NULL, NULL, &payment, "");
    payment.account = SLICE("");
    expect_url("osmp", OUTBOUND_PAY, NULL, NULL, &payment, "");
    payment.account = SLICE("12\n3");
    expect_url("osmp", OUTBOUND_PAY, NULL, NULL, &payment, "");
    payment.account = SLICE("12\xFF");
    expect_url("osmp", OUTBOUND_PAY, NULL, NULL, &payment, "");
    payment = rig_payment();
    expect_url("osmp", OUTBOUND_PAY, "id_max = 20", "id_max = 12", &payment, "");
    payment.id = 999999999999;
    expect_url("osmp", OUTBOUND_CHECK, "id_max = 20", "id_max = 12", &payment,
               RIG_BASE "?command=check&txn_id=999999999999&account=7771234567&sum=200.00"
                        "&prv_id=12");
    payment.id = 0;
    expect_url("osmp", OUTBOUND_PAY, NULL, NULL, &payment, "");
    payment = rig_payment();
    payment.service = 0;
    expect_url("osmp", OUTBOUND_PAY, "method = GET", "method = GET\npath = /s/{service}", &payment,
               "");
}

Test(checkpay_request, a_path_is_a_template_too) {
    struct outbound_payment payment = rig_payment();
    payment.account = SLICE("a/b");
    expect_url("osmp", OUTBOUND_CHECK, "method = GET",
               "method = GET\npath = /x/{service}/{account}", &payment,
               RIG_BASE "/x/12/a%2Fb?command=check&txn_id=1234567890123&account=a%2Fb"
                        "&sum=200.00&prv_id=12");
    payment = rig_payment();
    expect_url("osmp", OUTBOUND_CHECK, "method = GET", "method = GET\npath = /cgi?v=1", &payment,
               RIG_BASE "/cgi?v=1&command=check&txn_id=1234567890123&account=7771234567"
                        "&sum=200.00&prv_id=12");
}

Test(checkpay_request, a_post_has_its_parameters_in_the_body) {
    struct outbound_payment payment = rig_payment();
    struct checkpay_profile *profile =
        rig_profile("osmp", RIG_BASE "/", "method = GET", "method = POST\npath = /cgi");
    struct buffer url, body;
    buffer_init(&url, 1024);
    buffer_init(&body, 1024);
    struct outbound_request request = {.url = &url, .body = &body};
    cr_assert(checkpay_request(profile, OUTBOUND_PAY, &payment, &request));
    cr_expect_str_eq(request.method, "POST");
    cr_expect_str_eq(request.content_type, "application/x-www-form-urlencoded");
    cr_expect(slice_equal((struct slice){url.base, url.used}, SLICE(RIG_BASE "/cgi")));
    cr_expect(slice_equal((struct slice){body.base, body.used},
                          SLICE("command=pay&txn_id=1234567890123&txn_date=20251231235959"
                                "&account=7771234567&sum=200.00&prv_id=12")));
    buffer_free(&url);
    buffer_free(&body);
    checkpay_profile_free(profile);
}

Test(checkpay_request, a_buffer_that_is_too_small_is_no_request) {
    struct outbound_payment payment = rig_payment();
    struct checkpay_profile *profile = rig_profile("osmp", RIG_BASE, NULL, NULL);
    struct buffer url, body;
    buffer_init(&url, 40);
    buffer_init(&body, 40);
    struct outbound_request request = {.url = &url, .body = &body};
    cr_expect_not(checkpay_request(profile, OUTBOUND_PAY, &payment, &request));
    buffer_free(&url);
    checkpay_profile_free(profile);
}
