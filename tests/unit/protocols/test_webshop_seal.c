/* Tokens that strangers carry: what of them is believed. And the cookies that carry them. */
#include <criterion/criterion.h>
#include <sodium.h>

#include "protocols/webshop/cookie.h"
#include "protocols/webshop/seal.h"

/* ---- Fixture ------------------------------------------------------------------------------- */

static const uint8_t token_key[32] = "the key of one-time tokens";
static const struct slice carried = {"what it carries", 15};
#define NOW 1000
#define UNTIL 2000

static struct seal seal;
static struct buffer text;

static void start(void) {
    cr_assert(sodium_init() >= 0);
    seal_init(&seal, token_key, randombytes_buf);
    buffer_init(&text, 8192);
}

static void stop(void) {
    buffer_free(&text);
}

TestSuite(webshop_seal, .init = start, .fini = stop);

static void make(void) {
    text.used = 0;
    seal_close(&seal, "state", UNTIL, carried, &text);
    cr_assert_not(text.failed);
}

static struct slice token(void) {
    return (struct slice){text.base, text.used};
}

static bool opens(const char *purpose, uint64_t now_ns) {
    struct seal_bytes bytes;
    if (!seal_open(&seal, purpose, now_ns, token(), &bytes))
        return false;
    cr_assert(slice_equal((struct slice){bytes.at, bytes.size}, carried));
    return true;
}

/* ---- Tokens -------------------------------------------------------------------------------- */

Test(webshop_seal, a_token_says_what_was_sealed) {
    make();
    cr_assert(opens("state", NOW));
    for (size_t i = 0; i < text.used; i++)
        cr_assert(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
                         text.base[i]) != NULL);
}

Test(webshop_seal, each_change_of_a_character_is_seen) {
    make();
    for (size_t i = 0; i < text.used; i++) {
        char kept = text.base[i];
        text.base[i] = kept == 'A' ? 'B' : 'A';
        cr_assert_not(opens("state", NOW), "character %zu", i);
        text.base[i] = kept;
    }
    cr_assert(opens("state", NOW));
}

Test(webshop_seal, each_shorter_or_longer_one_is_none) {
    make();
    size_t whole = text.used;
    for (text.used = 0; text.used < whole; text.used++)
        cr_assert_not(opens("state", NOW), "size %zu", text.used);
    buffer_text(&text, "A");
    cr_assert_not(opens("state", NOW));
    buffer_text(&text, "AAA");
    cr_assert_not(opens("state", NOW));
}

Test(webshop_seal, a_token_of_another_purpose_is_none) {
    make();
    cr_assert_not(opens("session", NOW));
    cr_assert_not(opens("stat", NOW));
    cr_assert_not(opens("states", NOW));
}

Test(webshop_seal, a_token_has_its_end) {
    make();
    cr_assert(opens("state", UNTIL - 1));
    cr_assert_not(opens("state", UNTIL));
    cr_assert_not(opens("state", UINT64_MAX));
}

Test(webshop_seal, another_nodes_token_is_none) {
    static const uint8_t other[32] = "another key";
    make();
    seal_init(&seal, other, randombytes_buf);
    cr_assert_not(opens("state", NOW));
    seal_init(&seal, token_key, randombytes_buf); /* after a restart it is the same */
    cr_assert(opens("state", NOW));
}

Test(webshop_seal, two_tokens_of_the_same_differ) {
    char first[256];
    make();
    size_t size = text.used;
    memcpy(first, text.base, size);
    make();
    cr_assert_eq(text.used, size);
    cr_assert_neq(memcmp(first, text.base, size), 0);
}

Test(webshop_seal, the_largest_one_fits_a_cookie) {
    struct seal_bytes bytes;
    char most[SEAL_BYTES_MAX];
    memset(most, 'x', sizeof most);
    seal_close(&seal, "watch", UNTIL, (struct slice){most, sizeof most}, &text);
    cr_assert_lt(text.used, 4096u);
    cr_assert(seal_open(&seal, "watch", NOW, token(), &bytes));
    cr_assert_eq(bytes.size, sizeof most);
    cr_assert_arr_eq(bytes.at, most, sizeof most);
}

/* ---- Cookies ------------------------------------------------------------------------------- */

static bool found(const char *header, const char *value) {
    const struct adapter_header headers[] = {
        {SLICE("Accept-Language"), SLICE("t=no")},
        {SLICE("cookie"), slice_text(header)},
    };
    const struct adapter_request request = {.headers = headers, .header_count = 2};
    struct slice got;
    if (!cookie_find(&request, "t", &got))
        return false;
    cr_expect(slice_equal(got, slice_text(value)), "%.*s", (int)got.size, got.base);
    return true;
}

Test(webshop_seal, a_cookie_is_found_among_others) {
    cr_expect(found("t=abc", "abc"));
    cr_expect(found("a=1; t=abc", "abc"));
    cr_expect(found("tt=1;t=abc ;at=2", "abc"));
    cr_expect(found("t=a=b; u", "a=b"));
    cr_expect(found("t=", ""));
    cr_expect(found("=; ; t=x", "x"));
    cr_expect_not(found("", ""));
    cr_expect_not(found("T=abc", ""));
    cr_expect_not(found("at=abc; ta=abc", ""));
}

Test(webshop_seal, a_cookie_that_is_there_twice_is_nobodys) {
    cr_expect_not(found("t=abc; t=abd", ""));
    cr_expect_not(found("t; t=abd", ""));
}

Test(webshop_seal, a_cookie_is_for_the_server_alone) {
    struct cookie cookie = {.name = "t", .path = "/mfs/", .value = SLICE("abc"), .life_s = 60};
    cookie_set(&text, &cookie);
    cookie.secure = true;
    cookie_set(&text, &cookie);
    cookie = (struct cookie){.name = "t", .path = "/mfs/x", .value = SLICE("")};
    cookie_set(&text, &cookie);
    buffer_append(&text, "", 1);
    cr_assert_str_eq(text.base,
                     "Set-Cookie: t=abc; Path=/mfs/; Max-Age=60; HttpOnly; SameSite=Lax\r\n"
                     "Set-Cookie: t=abc; Path=/mfs/; Max-Age=60; HttpOnly; SameSite=Lax; Secure\r\n"
                     "Set-Cookie: t=; Path=/mfs/x; Max-Age=0; HttpOnly; SameSite=Lax\r\n");
}
