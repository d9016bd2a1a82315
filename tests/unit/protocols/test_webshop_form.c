/* test_webshop_form.c - the form that a shop's page posts. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "protocols/common/percent.h"
#include "protocols/webshop/form.h"

static struct buffer text, xml;

static void start(void) {
    buffer_init(&text, FORM_BODY_MAX);
    buffer_init(&xml, XML_BYTES_MAX + 3);
}

static void stop(void) {
    buffer_free(&text);
    buffer_free(&xml);
}

TestSuite(webshop_form, .init = start, .fini = stop);

static enum webshop_fault request_of(struct slice body) {
    stop();
    start();
    return form_request(body, &text, &xml);
}

static bool has(const struct buffer *buffer, const char *expected) {
    return slice_equal((struct slice){buffer->base, buffer->used}, slice_text(expected));
}

Test(webshop_form, base64_in_all_its_forms) {
    static const char *const bodies[] = {
        "webshopRequest=PGE%2BPz4%2FPC9hPg%3D%3D",
        "webshopRequest=PGE+Pz4/PC9hPg==", /* nobody encoded it */
        "webshopRequest=PGE%20Pz4/PC9hPg%3d%3d",
        "webshopRequest=PGE%2B%0D%0APz4/%0a%09PC9hPg==%0D%0A",
        "webshopRequest=PGE%2BPz4/PC9hPg", /* without its padding */
        "private_key=x&loginName=77&webshopRequest=PGE%2BPz4/PC9hPg==&webshopRequest=AAAA",
        "odd&=&%zz=1&webshop%52equest=PGE%2BPz4/PC9hPg==",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        cr_assert_eq(request_of(slice_text(bodies[i])), WEBSHOP_SOUND, "%s", bodies[i]);
        cr_expect(has(&text, "PGE+Pz4/PC9hPg=="), "%s", bodies[i]);
        cr_expect(has(&xml, "<a>?>?</a>"), "%s", bodies[i]);
    }
}

Test(webshop_form, what_is_wrong_with_it) {
    static const char *const none[] = {"",
                                       "webshopRequest",
                                       "webshopRequest=",
                                       "webshoprequest=AAAA",
                                       "x=webshopRequest=AAAA",
                                       "webshopRequest=%0D%0A%09"};
    static const char *const bad[] = {
        "webshopRequest=A",     "webshopRequest=AAA!", "webshopRequest=%zz",
        "webshopRequest=AAA%",  "webshopRequest=AA=A", "webshopRequest=PGE-_w",
        "webshopRequest=AAAA=", "webshopRequest=AB==", "webshopRequest=AAA%00"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        cr_expect_eq(request_of(slice_text(none[i])), WEBSHOP_NO_REQUEST, "%s", none[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_eq(request_of(slice_text(bad[i])), WEBSHOP_NOT_BASE64, "%s", bad[i]);
}

Test(webshop_form, sizes_are_bounded) {
    size_t most = FORM_BASE64_MAX;
    char *body = malloc(FORM_BODY_MAX + 64);
    cr_assert_not_null(body);
    memset(body, 'A', FORM_BODY_MAX + 64);
    const struct slice name = SLICE("webshopRequest=");
    memcpy(body, name.base, name.size);
    cr_expect_eq(request_of((struct slice){body, 15 + most}), WEBSHOP_SOUND);
    cr_expect_eq(xml.used, most / 4 * 3);
    cr_expect_eq(request_of((struct slice){body, 15 + most + 4}), WEBSHOP_TOO_LARGE);
    cr_expect_eq(request_of((struct slice){body, 15 + FORM_BODY_MAX}), WEBSHOP_TOO_LARGE);
    free(body);
}

Test(webshop_form, fields_are_found) {
    const struct slice body = SLICE("a=1&login+name=7+7%37&c=%zz&a=2&d");
    char bytes[4];
    size_t size;
    cr_assert_eq(form_find(body, SLICE("a"), bytes, sizeof bytes, &size), FORM_FOUND);
    cr_expect(size == 1 && bytes[0] == '1');
    cr_assert_eq(form_find(body, SLICE("login name"), bytes, sizeof bytes, &size), FORM_FOUND);
    cr_expect(slice_equal((struct slice){bytes, size}, SLICE("7 77")));
    cr_expect_eq(form_find(body, SLICE("login name"), bytes, 3, &size), FORM_BROKEN);
    cr_expect_eq(form_find(body, SLICE("c"), bytes, sizeof bytes, &size), FORM_BROKEN);
    cr_expect_eq(form_find(body, SLICE("b"), bytes, sizeof bytes, &size), FORM_ABSENT);
    cr_assert_eq(form_find(body, SLICE("d"), bytes, sizeof bytes, &size), FORM_FOUND);
    cr_expect_eq(size, 0);
}
