/* Tariffs: which one counts, and what it takes. */
#include "protocols/registry/registry.h"

#include <criterion/criterion.h>

static void fee_is(struct registry_tariff tariff, uint64_t amount, uint64_t expected) {
    uint64_t fee = 0;
    cr_expect(registry_fee(&tariff, amount, &fee));
    cr_expect_eq(fee, expected, "%llu tiyn at %u: %llu, not %llu", (unsigned long long)amount,
                 tariff.percent, (unsigned long long)fee, (unsigned long long)expected);
}

Test(tariff, percent_is_rounded_half_up) {
    struct registry_tariff one = {.percent = 100};
    fee_is(one, 49, 0);
    fee_is(one, 50, 1);
    fee_is(one, 149, 1);
    fee_is(one, 150, 2);
    fee_is(one, 10000, 100);
    fee_is((struct registry_tariff){.percent = 1}, 4999, 0);
    fee_is((struct registry_tariff){.percent = 1}, 5000, 1);
    fee_is((struct registry_tariff){.percent = 10000}, LEDGER_AMOUNT_MAX, LEDGER_AMOUNT_MAX);
    fee_is((struct registry_tariff){.percent = 3333}, LEDGER_AMOUNT_MAX, 384268737485462097u);
}

Test(tariff, percent_agrees_with_wide_arithmetic) {
    for (uint32_t percent = 0; percent <= 10000; percent += 7)
        for (uint64_t amount = 1; amount < 100000; amount = amount * 3 + 1)
            fee_is((struct registry_tariff){.percent = percent}, amount,
                   (amount * percent + 5000) / 10000);
}

/* The same rule in 128 bits: nothing is lost on the way there, up to the largest amount. */
static bool wide_fee(const struct registry_tariff *tariff, uint64_t amount, uint64_t *fee) {
    __extension__ unsigned __int128 sum = (unsigned __int128)amount * tariff->percent + 5000;
    sum = sum / 10000 + tariff->fixed;
    sum = sum < tariff->minimum ? tariff->minimum : sum;
    sum = tariff->maximum != 0 && sum > tariff->maximum ? tariff->maximum : sum;
    *fee = (uint64_t)sum;
    return sum <= LEDGER_AMOUNT_MAX;
}

Test(tariff, every_fee_agrees_with_wide_arithmetic_up_to_the_largest_amount) {
    static const uint64_t parts[] = {0, 1, 4999, 5000, LEDGER_AMOUNT_MAX - 1, LEDGER_AMOUNT_MAX};
    uint64_t counts[2] = {0, 0};
    for (uint32_t percent = 0; percent <= 10000; percent += percent < 9 ? 1 : 111)
        for (uint32_t bit = 0; bit <= 60; bit++)
            for (uint32_t mix = 0; mix < 6 * 6 * 6 * 3; mix++) {
                struct registry_tariff tariff = {.percent = percent,
                                                 .fixed = parts[mix % 6],
                                                 .minimum = parts[mix / 6 % 6],
                                                 .maximum = parts[mix / 36 % 6]};
                uint64_t fee = 0, wide = 0, amount = (1ull << bit) + mix / 216 - 1;
                if (amount == 0 || amount > LEDGER_AMOUNT_MAX)
                    continue;
                bool good = registry_fee(&tariff, amount, &fee);
                bool expected = wide_fee(&tariff, amount, &wide);
                cr_assert(good == expected && (!good || fee == wide), "%llu tiyn at %u, mix %u",
                          (unsigned long long)amount, percent, mix);
                counts[good]++;
            }
    cr_expect(counts[0] > 0 && counts[1] > 0, "both kinds of answer were met");
}

Test(tariff, fixed_minimum_and_maximum_bound_it) {
    struct registry_tariff tariff = {.percent = 100, .fixed = 30, .minimum = 50, .maximum = 200};
    fee_is(tariff, 1000, 50);
    fee_is(tariff, 10000, 130);
    fee_is(tariff, 100000, 200);
    fee_is((struct registry_tariff){.fixed = 30}, 1, 30);
    tariff.off = true;
    fee_is(tariff, 100000, 0);
}

Test(tariff, a_fee_beyond_the_ledger_is_refused) {
    uint64_t fee = 0;
    struct registry_tariff tariff = {.percent = 10000, .fixed = 1};
    cr_expect_not(registry_fee(&tariff, LEDGER_AMOUNT_MAX, &fee));
    /* These pass no registry_check; a sum that wraps around would be a small fee. */
    tariff = (struct registry_tariff){.percent = 10000, .fixed = UINT64_MAX};
    cr_expect_not(registry_fee(&tariff, 10, &fee));
    tariff = (struct registry_tariff){.percent = UINT32_MAX};
    for (uint64_t amount = 1; amount <= LEDGER_AMOUNT_MAX / 2; amount *= 2)
        cr_expect_not(registry_fee(&tariff, amount, &fee));
    tariff = (struct registry_tariff){.minimum = UINT64_MAX};
    cr_expect_not(registry_fee(&tariff, 10, &fee));
}

/* ---- Which one ---- */

static const char *keys[4];

static enum ledger_status get(void *node, const void *key, size_t key_size, void *value,
                              size_t *value_size) {
    (void)node;
    for (uint32_t i = 0; i < 4; i++) {
        struct registry_tariff tariff = {.percent = i + 1, .payer = PAYER_AGENT};
        if (keys[i] != NULL && strlen(keys[i]) == key_size && memcmp(keys[i], key, key_size) == 0) {
            *value_size = registry_write(REGISTRY_TARIFF, &tariff, value);
            return LEDGER_DONE;
        }
    }
    return strncmp(key, "tariff/cash_out", 15) == 0 ? LEDGER_BUSY : LEDGER_RECORD_NOT_FOUND;
}

static uint32_t found(uint16_t operation, uint64_t agent, uint64_t merchant) {
    static const struct adapter_env env = {.registry_get = get};
    struct registry_tariff tariff;
    return registry_tariff_find(&env, operation, agent, merchant, &tariff) == REGISTRY_FOUND
               ? tariff.percent
               : 0;
}

Test(tariff, the_most_particular_one_counts) {
    enum { GOODS = 6 };
    keys[0] = "tariff/pay_goods/22222221/22222229";
    keys[1] = "tariff/pay_goods/22222221/any";
    keys[2] = "tariff/pay_goods/any/22222229";
    keys[3] = "tariff/pay_goods/any/any";
    cr_expect_eq(found(GOODS, 22222221, 22222229), 1);
    cr_expect_eq(found(GOODS, 22222221, 33333333), 2);
    cr_expect_eq(found(GOODS, 22222221, 0), 2);
    cr_expect_eq(found(GOODS, 33333333, 22222229), 3);
    cr_expect_eq(found(GOODS, 33333333, 0), 4);
    cr_expect_eq(found(3, 22222221, 0), 0);
    keys[0] = NULL;
    cr_expect_eq(found(GOODS, 22222221, 22222229), 2);
    struct registry_tariff tariff;
    static const struct adapter_env env = {.registry_get = get};
    cr_expect_eq(registry_tariff_find(&env, 4, 22222221, 0, &tariff), REGISTRY_BUSY,
                 "what cannot be read is not free");
}
