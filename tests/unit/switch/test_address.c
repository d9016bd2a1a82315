/* test_address.c - addresses, networks, and whom X-Forwarded-For is believed of. */
#include <arpa/inet.h>
#include <criterion/criterion.h>

#include "switch/address.h"

/* ---- Helpers ------------------------------------------------------------------------------ */

static const char *printed(const char *text) {
    static char out[ADDRESS_TEXT];
    uint8_t address[ADDRESS_BYTES];
    return address_parse(slice_text(text), address) ? address_print(address, out) : "no address";
}

static bool has(const char *list, const char *text) {
    struct networks networks;
    uint8_t address[ADDRESS_BYTES];
    cr_assert(networks_parse(slice_text(list), &networks), "%s", list);
    cr_assert(address_parse(slice_text(text), address), "%s", text);
    return networks_have(&networks, address);
}

static bool is_list(const char *text) {
    struct networks networks;
    return networks_parse(slice_text(text), &networks);
}

#define HEADERS 4

/* Who the client is when the socket's peer is that, and which headers came: name, value, .... */
static struct forwarded read(const char *peer, const char *const *headers) {
    struct networks proxies;
    struct adapter_header list[HEADERS];
    struct forwarded forwarded;
    uint8_t address[ADDRESS_BYTES];
    uint32_t count = 0;
    cr_assert(networks_parse(SLICE("127.0.0.1, 10.0.0.0/8 fd00::/8"), &proxies));
    cr_assert(address_parse(slice_text(peer), address));
    for (; headers[2 * count] != NULL; count++) {
        cr_assert_lt(count, HEADERS);
        list[count] = (struct adapter_header){slice_text(headers[2 * count]),
                                              slice_text(headers[2 * count + 1])};
    }
    forwarded_read(&proxies, address, list, count, &forwarded);
    return forwarded;
}

static void client_is(const char *expected, const char *peer, const char *list) {
    char text[ADDRESS_TEXT];
    struct forwarded got = read(peer, (const char *const[]){"X-Forwarded-For", list, NULL, NULL});
    cr_expect_str_eq(address_print(got.address, text), expected, "%s: %s", peer, list);
}

static bool secure(const char *peer, const char *proto) {
    return read(peer, (const char *const[]){"x-forwarded-proto", proto, NULL, NULL}).secure;
}

/* ---- Cases -------------------------------------------------------------------------------- */

Test(address, texts_come_back) {
    cr_expect_str_eq(printed("10.1.2.3"), "10.1.2.3");
    cr_expect_str_eq(printed("::1"), "::1");
    cr_expect_str_eq(printed("2001:DB8::0:1"), "2001:db8::1");
    cr_expect_str_eq(printed("::ffff:10.1.2.3"), "10.1.2.3", "the same peer over another socket");
    cr_expect_str_eq(printed("255.255.255.255"), "255.255.255.255");
}

Test(address, what_is_no_address) {
    const char *const texts[] = {
        "",           " 10.0.0.1",  "10.0.0.1 ",
        "10.0.0",     "10.0.0.256", "1.2.3.4:80",
        "[::1]",      "::1%lo",     "localhost",
        "010.0.0.1",  "0x7f.0.0.1", ":::",
        "1.2.3.4/32", "unknown",    "1111:2222:3333:4444:5555:6666:7777:8888:9999:1111:2222:3333"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cr_expect_str_eq(printed(texts[i]), "no address", "%s", texts[i]);
    }
    uint8_t address[ADDRESS_BYTES];
    cr_expect_not(address_parse((struct slice){"10.0.0.1\0x", 10}, address));
}

Test(address, of_sockets) {
    char text[ADDRESS_TEXT];
    uint8_t address[ADDRESS_BYTES];
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a010203)};
    address_of_socket((const struct sockaddr *)&in, address);
    cr_expect_str_eq(address_print(address, text), "10.1.2.3");
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    cr_assert_eq(inet_pton(AF_INET6, "::ffff:10.1.2.3", &in6.sin6_addr), 1);
    address_of_socket((const struct sockaddr *)&in6, address);
    cr_expect_str_eq(address_print(address, text), "10.1.2.3");
    cr_assert_eq(inet_pton(AF_INET6, "fd00::5", &in6.sin6_addr), 1);
    address_of_socket((const struct sockaddr *)&in6, address);
    cr_expect_str_eq(address_print(address, text), "fd00::5");
    struct sockaddr other = {.sa_family = AF_UNIX};
    address_of_socket(&other, address);
    cr_expect_str_eq(address_print(address, text), "::");
}

Test(address, networks_have_what_is_in_them) {
    cr_expect(has("10.0.0.0/8", "10.255.0.1"));
    cr_expect(has("10.0.0.0/8", "::ffff:10.255.0.1"));
    cr_expect_not(has("10.0.0.0/8", "11.0.0.1"));
    cr_expect(has("192.168.4.0/22", "192.168.7.255"));
    cr_expect_not(has("192.168.4.0/22", "192.168.8.0"));
    cr_expect(has("1.2.3.4, 127.0.0.1", "127.0.0.1"));
    cr_expect_not(has("127.0.0.1", "127.0.0.2"));
    cr_expect(has("fd00::/8", "fd12::1"));
    cr_expect_not(has("fd00::/8", "fe80::1"));
    cr_expect_not(has("", "127.0.0.1"));
    cr_expect(has("0.0.0.0/0", "8.8.8.8"));
    cr_expect_not(has("0.0.0.0/0", "::1"), "all of IPv4, and no more");
    cr_expect(has("::/0", "8.8.8.8"));
}

Test(address, what_is_no_list_of_networks) {
    cr_expect(is_list("  ") && is_list("127.0.0.1,::1  10.0.0.0/8"));
    cr_expect_not(is_list("10.0.0.1/8"), "a bit behind the network's");
    cr_expect_not(is_list("10.0.0.0/33"));
    cr_expect_not(is_list("10.0.0.0/"));
    cr_expect_not(is_list("10.0.0.0/-1"));
    cr_expect_not(is_list("::/129"));
    cr_expect_not(is_list("proxy.example.kz"));
    cr_expect_not(is_list("1.1.1.1 2 2.2.2.2"));
    char text[16 * (NETWORKS_MAX + 1)];
    memset(text, ' ', sizeof(text));
    for (uint32_t i = 0; i < NETWORKS_MAX; i++) {
        memcpy(text + 16 * (size_t)i, "10.0.0.1", 8);
    }
    text[sizeof(text) - 1] = '\0';
    cr_expect(is_list(text));
    memcpy(text + 16 * (size_t)NETWORKS_MAX, "10.0.0.1", 8);
    cr_expect_not(is_list(text), "one too many");
}

Test(address, a_stranger_is_not_believed) {
    client_is("1.2.3.4", "1.2.3.4", "9.9.9.9");
    client_is("1.2.3.4", "::ffff:1.2.3.4", "127.0.0.1");
    cr_expect_not(secure("1.2.3.4", "https"));
}

Test(address, the_last_one_that_is_no_proxy_is_the_client) {
    client_is("9.9.9.9", "127.0.0.1", "9.9.9.9");
    client_is("9.9.9.9", "::ffff:127.0.0.1", " 9.9.9.9 ");
    client_is("9.9.9.9", "10.0.0.1", "5.5.5.5, 9.9.9.9");
    client_is("9.9.9.9", "10.0.0.1", "5.5.5.5,9.9.9.9, 10.1.1.1,fd00::1");
    client_is("2001:db8::7", "10.0.0.1", "2001:db8::7, 127.0.0.1");
    client_is("10.0.0.5", "127.0.0.1", "10.0.0.5, 10.0.0.6"); /* proxies alone */
}

Test(address, what_is_no_address_ends_the_search) {
    client_is("127.0.0.1", "127.0.0.1", "");
    client_is("127.0.0.1", "127.0.0.1", "9.9.9.9, ");
    client_is("10.0.0.6", "127.0.0.1", "9.9.9.9, unknown, 10.0.0.6");
    client_is("127.0.0.1", "127.0.0.1", "9.9.9.9:80");
}

Test(address, several_headers_are_one_list) {
    char text[ADDRESS_TEXT];
    struct forwarded got =
        read("10.0.0.1",
             (const char *const[]){"X-Forwarded-For", "5.5.5.5, 9.9.9.9", "X-Other", "7.7.7.7",
                                   "X-FORWARDED-FOR", "10.0.0.9, 10.0.0.8", NULL, NULL});
    cr_expect_str_eq(address_print(got.address, text), "9.9.9.9");
}

Test(address, https_is_what_the_last_proxy_says) {
    cr_expect(secure("127.0.0.1", "https"));
    cr_expect(secure("127.0.0.1", "HTTPS "));
    cr_expect(secure("127.0.0.1", "http, https"));
    cr_expect_not(secure("127.0.0.1", "https, http"));
    cr_expect_not(secure("127.0.0.1", "httpsx"));
    cr_expect_not(secure("127.0.0.1", ""));
    cr_expect_not(read("127.0.0.1", (const char *const[]){"X-Forwarded-Proto", "https",
                                                          "X-Forwarded-Proto", "http", NULL, NULL})
                      .secure);
}

static bool is_public(const char *text) {
    uint8_t address[ADDRESS_BYTES];
    cr_assert(address_parse(slice_text(text), address), "%s", text);
    return address_public(address);
}

Test(address, whose_it_is) {
    static const char *const inside[] = {"0.0.0.0",
                                         "0.1.2.3",
                                         "10.0.0.1",
                                         "100.64.0.1",
                                         "100.127.255.255",
                                         "127.0.0.1",
                                         "127.255.255.255",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.0.0.8",
                                         "192.0.2.1",
                                         "192.88.99.1",
                                         "192.168.1.1",
                                         "198.18.0.1",
                                         "198.19.255.255",
                                         "198.51.100.7",
                                         "203.0.113.9",
                                         "224.0.0.1",
                                         "239.1.1.1",
                                         "240.0.0.1",
                                         "255.255.255.255",
                                         "::",
                                         "::1",
                                         "::ffff:127.0.0.1",
                                         "::ffff:10.0.0.1",
                                         "::7f00:1",
                                         "::10.0.0.1",
                                         "64:ff9b::7f00:1",
                                         "64:ff9b:1::1",
                                         "100::1",
                                         "2001::1",
                                         "2001:10::1",
                                         "2001:db8::1",
                                         "2002:7f00:1::1",
                                         "3fff::1",
                                         "fc00::1",
                                         "fdff::1",
                                         "fe80::1",
                                         "fec0::1",
                                         "ff02::1",
                                         "4000::1"};
    static const char *const outside[] = {
        "1.1.1.1",      "9.255.255.255",  "11.0.0.0",     "100.63.255.255", "100.128.0.0",
        "126.0.0.1",    "128.0.0.1",      "169.253.0.1",  "172.15.255.255", "172.32.0.0",
        "192.0.1.1",    "192.167.0.1",    "192.169.0.1",  "198.17.255.255", "198.20.0.0",
        "223.255.0.1",  "::ffff:1.1.1.1", "2a00:1450::1", "2001:200::1",    "2001:4860:4860::8888",
        "2606:4700::1", "2001:db7::1",    "3ffe::1"};
    for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
        cr_expect_not(is_public(inside[i]), "%s", inside[i]);
    }
    for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        cr_expect(is_public(outside[i]), "%s", outside[i]);
    }
}
