/* The small common parts: buffers, slices, grants, operations. */
#include <criterion/criterion.h>

#include "protocols/adapter.h"
#include "protocols/common/operation.h"

/* ---- Buffers ------------------------------------------------------------------------------- */

Test(buffer, keeps_what_is_appended) {
    struct buffer buffer;
    buffer_init(&buffer, 1 << 20);
    for (int i = 0; i < 1000; i++) {
        buffer_append(&buffer, "ab", 2);
        buffer_text(&buffer, "cd");
        buffer_format(&buffer, "%04d", i);
    }
    cr_assert_eq(buffer.used, 8000);
    cr_assert_not(buffer.failed);
    cr_expect_arr_eq(buffer.base, "abcd0000abcd0001", 16);
    cr_expect_arr_eq(buffer.base + 7992, "abcd0999", 8);
    buffer_free(&buffer);
    cr_expect_eq(buffer.used, 0);
    buffer_append(&buffer, "again", 5);
    cr_expect_eq(buffer.used, 5);
    buffer_free(&buffer);
}

Test(buffer, formats_text_longer_than_its_room) {
    struct buffer buffer;
    char text[3000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    buffer_init(&buffer, 4096);
    buffer_format(&buffer, "%s|%d", text, 7);
    cr_assert_eq(buffer.used, sizeof text - 1 + 2);
    cr_expect_arr_eq(buffer.base + buffer.used - 3, "x|7", 3);
    buffer_free(&buffer);
}

Test(buffer, stops_at_its_ceiling_and_says_so) {
    struct buffer buffer;
    buffer_init(&buffer, 10);
    buffer_append(&buffer, "0123456789", 10);
    cr_expect_not(buffer.failed);
    buffer_append(&buffer, "", 0);
    cr_expect_not(buffer.failed);
    buffer_append(&buffer, "x", 1);
    cr_expect(buffer.failed);
    cr_expect_eq(buffer.used, 10);
    cr_expect_null(buffer_extend(&buffer, 0));
    buffer_format(&buffer, "more");
    cr_expect_eq(buffer.used, 10);
    buffer_free(&buffer);
    cr_expect_not(buffer.failed);
}

Test(buffer, a_count_that_would_wrap_fails) {
    struct buffer buffer;
    buffer_init(&buffer, SIZE_MAX);
    buffer_append(&buffer, "x", 1);
    cr_expect_null(buffer_extend(&buffer, SIZE_MAX));
    cr_expect(buffer.failed);
    buffer_free(&buffer);
}

/* ---- Slices -------------------------------------------------------------------------------- */

Test(slice, compares) {
    cr_expect(slice_equal(SLICE("abc"), slice_text("abc")));
    cr_expect_not(slice_equal(SLICE("abc"), SLICE("abd")));
    cr_expect_not(slice_equal(SLICE("abc"), SLICE("ab")));
    cr_expect(slice_equal((struct slice){NULL, 0}, SLICE("")));
    cr_expect(slice_equal_nocase(SLICE("Content-Type"), SLICE("CONTENT-tYPE")));
    cr_expect_not(slice_equal_nocase(SLICE("a@"), SLICE("a`"))); /* differ by the case bit */
    cr_expect_not(slice_equal_nocase(SLICE("ab"), SLICE("abc")));
    cr_expect(slice_starts(SLICE("/v1/x"), SLICE("/v1/")));
    cr_expect_not(slice_starts(SLICE("/v1"), SLICE("/v1/")));
    cr_expect(slice_equal(slice_after(SLICE("/v1/x"), 4), SLICE("x")));
}

Test(slice, is_cut_at_a_mark) {
    struct slice rest = SLICE("a//b");
    cr_expect(slice_equal(slice_cut(&rest, '/'), SLICE("a")));
    cr_expect(slice_equal(slice_cut(&rest, '/'), SLICE("")));
    cr_expect(slice_equal(rest, SLICE("b")));
    cr_expect(slice_equal(slice_cut(&rest, '/'), SLICE("b")));
    cr_expect_eq(rest.size, 0);
    cr_expect_eq(slice_cut(&rest, '/').size, 0);
    rest = (struct slice){NULL, 0};
    cr_expect_eq(slice_cut(&rest, '/').size, 0);
}

Test(slice, is_trimmed_of_blanks_at_its_ends) {
    cr_expect(slice_equal(slice_trim(SLICE(" \ta b\t "), " \t"), SLICE("a b")));
    cr_expect(slice_equal(slice_trim(SLICE("\na\n"), " \t"), SLICE("\na\n")));
    cr_expect(slice_equal(slice_trim(SLICE("\0a\0"), " \t"), SLICE("\0a\0")), "a NUL is no blank");
    cr_expect_eq(slice_trim(SLICE(" \t "), " \t").size, 0);
    cr_expect_eq(slice_trim((struct slice){NULL, 0}, " \t").size, 0);
}

/* ---- Grants -------------------------------------------------------------------------------- */

Test(grant, ranges_count_both_of_their_ends) {
    const struct grant grant = {.rights = GRANT_OPEN,
                                .requester = 7,
                                .requesters = {{10, 20}},
                                .accounts = {{100, 200}, {300, 300}},
                                .requester_count = 1,
                                .account_count = 2};
    cr_expect(grant_requester(&grant, 7)); /* its own */
    cr_expect(grant_requester(&grant, 10));
    cr_expect(grant_requester(&grant, 20));
    cr_expect_not(grant_requester(&grant, 9));
    cr_expect_not(grant_requester(&grant, 21));
    cr_expect_not(grant_requester(&grant, 0));
    cr_expect(grant_account(&grant, 100));
    cr_expect(grant_account(&grant, 200));
    cr_expect(grant_account(&grant, 300));
    cr_expect_not(grant_account(&grant, 99));
    cr_expect_not(grant_account(&grant, 201));
    cr_expect_not(grant_account(&grant, 7));
}

Test(grant, all_is_all) {
    const struct grant grant = {.accounts = {{0, UINT64_MAX}}, .account_count = 1};
    cr_expect(grant_account(&grant, 0));
    cr_expect(grant_account(&grant, UINT64_MAX));
}

Test(grant, an_operator_may_everything) {
    const struct grant grant = {.rights = GRANT_OPERATOR};
    cr_expect(grant_allows(&grant, GRANT_OPEN));
    cr_expect(grant_requester(&grant, 99));
    cr_expect(grant_account(&grant, 99));
}

Test(grant, a_right_is_only_itself) {
    const struct grant grant = {.rights = GRANT_OPEN | GRANT_LOOKUP};
    cr_expect(grant_allows(&grant, GRANT_OPEN));
    cr_expect(grant_allows(&grant, GRANT_LOOKUP));
    cr_expect_not(grant_allows(&grant, GRANT_COMPLETE));
    cr_expect_not(grant_allows(&grant, GRANT_OPERATOR));
}

/* ---- Operations ---------------------------------------------------------------------------- */

Test(operation, names_and_numbers_are_pairs) {
#define X(number, symbol, text)                                                                    \
    cr_expect_str_eq(operation_name(number), text);                                                \
    cr_expect_eq(operation_number(SLICE(text)), number);
    OPERATION_MAP(X)
#undef X
    cr_expect_eq(operation_number(SLICE("")), 0);
    cr_expect_eq(operation_number(SLICE("CASH_IN")), 0);
    cr_expect_eq(operation_number(SLICE("cash_in ")), 0);
    cr_expect_null(operation_name(0));
    cr_expect_null(operation_name(UINT16_MAX));
}
