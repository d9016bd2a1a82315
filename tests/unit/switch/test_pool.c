/* test_pool.c - buffers used again. */
#include <criterion/criterion.h>
#include <string.h>

#include "switch/limits.h"
#include "switch/pool.h"

Test(pool, a_buffer_comes_back_empty_with_its_memory) {
    struct pool pool = {0};
    struct buffer *first = pool_take(&pool, 1000);
    buffer_text(first, "something");
    char *base = first->base;
    first->failed = true;
    pool_give(&pool, first);
    struct buffer *again = pool_take(&pool, 2000);
    cr_expect_eq(again, first);
    cr_expect_eq(again->base, base);
    cr_expect_eq(again->used, 0);
    cr_expect_eq(again->ceiling, 2000);
    cr_expect_not(again->failed);
    pool_give(&pool, again);
    pool_clear(&pool);
}

Test(pool, memory_kept_is_bounded) {
    struct pool pool = {0};
    struct buffer *large = pool_take(&pool, MIB(4));
    cr_assert_not_null(buffer_extend(large, POOL_KEEP_BYTES + 1));
    pool_give(&pool, large);
    cr_expect_eq(pool.kept, 0);
    enum { COUNT = 40 };
    struct buffer *buffers[COUNT];
    for (int i = 0; i < COUNT; i++) {
        buffers[i] = pool_take(&pool, MIB(4));
        cr_assert_not_null(buffer_extend(buffers[i], POOL_KEEP_BYTES));
    }
    for (int i = 0; i < COUNT; i++) {
        pool_give(&pool, buffers[i]);
    }
    pool_give(&pool, NULL);
    cr_expect_leq(pool.kept, POOL_TOTAL_BYTES);
    cr_expect_gt(pool.kept, 0);
    pool_clear(&pool);
}

Test(pool, much_that_is_not_used_is_given_back) {
    struct pool pool = {0};
    struct buffer *buffer = pool_take(&pool, MIB(4));
    cr_assert_not_null(buffer_extend(buffer, MIB(1)));
    buffer->used = 5000;
    memset(buffer->base, 'x', buffer->used);
    pool_trim(buffer);
    cr_expect_eq(buffer->size, 5000);
    cr_expect_eq(buffer->base[4999], 'x');
    pool_trim(buffer);
    cr_expect_eq(buffer->used, 5000);
    pool_give(&pool, buffer);
    pool_clear(&pool);
}
