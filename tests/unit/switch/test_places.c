/* test_places.c - how many connections the files that a node may open leave. */
#include <criterion/criterion.h>
#include <sys/resource.h>

#include "switch/limits.h"
#include "switch/places.h"

enum { FILES = 700, WANTED = 200 };

static struct config config = {.loops = 1, .connections_max = WANTED};

static uint32_t places(void) {
    const struct rlimit limit = {.rlim_cur = FILES, .rlim_max = FILES};
    uint32_t connections_max = 0;
    char why[256];
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    cr_assert_eq(places_count(&config, &connections_max, why, sizeof why), 0, "%s", why);
    return connections_max;
}

Test(places, what_shops_are_told_takes_files_too) {
    cr_expect_eq(places(), WANTED, "a node without a checkout");
    config.node_key[0] = 'k';
    cr_expect_leq(places() + FILES_REQUEST * OUTBOX_SHOP_FLIGHTS_MAX, FILES);
}
