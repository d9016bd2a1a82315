/* test_clients.c - how many works clients have at once, by address. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "switch/clients.h"

#define NOW 1000000000000u

static struct clients *clients;

static void start(void) {
    clients = malloc(sizeof(*clients));
    cr_assert_not_null(clients);
    clients_init(clients);
}

static void stop(void) {
    free(clients);
}

TestSuite(clients, .init = start, .fini = stop);

static bool enter(const char *text, uint64_t now_ns, struct client_place *place) {
    uint8_t address[ADDRESS_BYTES];
    cr_assert(address_parse(slice_text(text), address), "%s", text);
    return clients_enter(clients, address, now_ns, place);
}

/* How many works the address gets, up to `most`; they are kept. */
static uint32_t take(const char *text, uint64_t now_ns, uint32_t most) {
    struct client_place place;
    uint32_t count = 0;
    while (count < most && enter(text, now_ns, &place)) {
        count++;
    }
    return count;
}

static void prove(const char *text, uint64_t now_ns) {
    struct client_place place;
    cr_assert(enter(text, now_ns, &place));
    clients_know(clients, &place, now_ns);
    clients_leave(clients, &place);
}

Test(clients, a_stranger_has_a_part_of_what_strangers_have) {
    cr_expect_eq(take("10.0.0.1", NOW, 1000), CLIENT_STRANGER_WORKS);
    cr_expect_eq(take("10.0.0.2", NOW, 1000), CLIENT_STRANGER_WORKS);
    cr_expect_eq(take("::ffff:10.0.0.2", NOW, 1000), 0, "it is the same one");
}

Test(clients, all_strangers_leave_places_to_those_who_are_known) {
    char text[32];
    uint32_t count = 0;
    prove("10.0.0.1", NOW);
    for (unsigned i = 1; i < 100; i++) {
        snprintf(text, sizeof(text), "192.0.2.%u", i);
        count += take(text, NOW, 10);
    }
    cr_expect_eq(count, CLIENT_STRANGERS_WORKS);
    cr_expect_eq(take("10.0.0.1", NOW, 1000), CLIENT_KNOWN_WORKS);
}

Test(clients, who_is_known_has_more_until_the_time_is_over) {
    prove("10.0.0.1", NOW);
    cr_expect_eq(take("10.0.0.1", NOW + CLIENT_KNOWN_NS - 1, 100), 100);
    cr_expect_eq(take("10.0.0.1", NOW + CLIENT_KNOWN_NS, 1000), 0, "more than a stranger's");
}

Test(clients, a_place_that_is_given_back_is_free) {
    struct client_place place;
    cr_assert(enter("10.0.0.1", NOW, &place));
    cr_expect_eq(take("10.0.0.1", NOW, 1000), CLIENT_STRANGER_WORKS - 1);
    cr_expect(!enter("10.0.0.1", NOW, &place));
    clients_leave(clients, &place);
    cr_expect(enter("10.0.0.1", NOW, &place));
}

Test(clients, a_stranger_who_becomes_known_leaves_the_strangers_place) {
    struct client_place first, place;
    cr_assert(enter("10.0.0.1", NOW, &first));
    clients_know(clients, &first, NOW);
    cr_assert(enter("10.0.0.1", NOW, &place));
    cr_expect_eq(clients->strangers, 1);
    clients_leave(clients, &first);
    cr_expect_eq(clients->strangers, 0);
    clients_leave(clients, &place);
    cr_expect_eq(clients->strangers, 0);
}

Test(clients, the_hosts_of_an_ipv6_network_are_one_client) {
    cr_expect_eq(take("2001:db8::1", NOW, 40), 40);
    cr_expect_eq(take("2001:db8::ffff:2", NOW, 1000), CLIENT_STRANGER_WORKS - 40);
    cr_expect_eq(take("2001:db8:0:1::1", NOW, 1), 1);
}

Test(clients, strangers_who_come_and_go_take_nobodys_knowledge) {
    char text[32];
    for (unsigned i = 0; i < 200; i++) {
        snprintf(text, sizeof(text), "10.0.%u.1", i);
        prove(text, NOW);
    }
    for (unsigned i = 0; i < 60000; i++) {
        struct client_place place;
        snprintf(text, sizeof(text), "2001:db8:1:%x::", i);
        if (enter(text, NOW, &place)) {
            clients_leave(clients, &place);
        }
    }
    uint32_t known = 0;
    for (unsigned i = 0; i < 200; i++) {
        struct client_place place;
        snprintf(text, sizeof(text), "10.0.%u.1", i);
        cr_assert(enter(text, NOW, &place));
        known += !place.stranger;
        clients_leave(clients, &place);
    }
    cr_expect_gt(known, 198, "%u", known); /* but for a set that is full by chance */
}
