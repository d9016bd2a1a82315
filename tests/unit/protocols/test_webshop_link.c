/* test_webshop_link.c - a shop's URLs: which are taken, where they lead. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "protocols/webshop/link.h"

static bool is(struct slice text, const char *expected) {
    return slice_equal(text, slice_text(expected));
}

Test(webshop_link, origin_and_host) {
    static const struct {
        const char *url, *origin, *host;
    } good[] = {
        {"http://shop.kz", "http://shop.kz", "shop.kz"},
        {"HTTPS://Shop.kz:8443/a?b=c#d", "HTTPS://Shop.kz:8443", "Shop.kz"},
        {"http://shop.kz?x=http://other/", "http://shop.kz", "shop.kz"},
        {"http://shop.kz#/", "http://shop.kz", "shop.kz"},
        {"http://127.0.0.1:9000/ok", "http://127.0.0.1:9000", "127.0.0.1"},
        {"http://[2a00:1450::1]:80/x", "http://[2a00:1450::1]:80", "2a00:1450::1"},
        {"http://[::ffff:10.0.0.1]/", "http://[::ffff:10.0.0.1]", "::ffff:10.0.0.1"},
        {"http://www.shop_name.kz./x", "http://www.shop_name.kz.", "www.shop_name.kz."},
        {"http://localhost/%D0%B0/@b", "http://localhost", "localhost"},
    };
    struct link link;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_assert(link_read(slice_text(good[i].url), &link), "%s", good[i].url);
        cr_expect(is(link.origin, good[i].origin), "%s", good[i].url);
        cr_expect(is(link.host, good[i].host), "%s", good[i].url);
    }
}

Test(webshop_link, what_is_none) {
    static const char *const bad[] = {"",
                                      "http:",
                                      "http://",
                                      "https:///x",
                                      "//shop.kz",
                                      "shop.kz",
                                      "ftp://shop.kz",
                                      "javascript:alert(1)",
                                      "http:shop.kz",
                                      "http:/shop.kz",
                                      " http://shop.kz",
                                      "http://shop.kz/ a",
                                      "http://shop.kz/\"",
                                      "http://shop.kz/<",
                                      "http://shop.kz/\\",
                                      "http://shop.kz\\@other.kz/",
                                      "http://shop.kz/\r\nSet-Cookie: a=b",
                                      "http://shop.kz/\x7f",
                                      "http://shop.kz/\xD0\xB0",
                                      "http://\xD0\xB0.kz/",
                                      "http://a@shop.kz/",
                                      "http://a:b@shop.kz/",
                                      "http://shop.kz:/",
                                      "http://shop.kz:0/",
                                      "http://shop.kz:65536/",
                                      "http://shop.kz:8a/",
                                      "http://shop.kz:80:80/",
                                      "http://.shop.kz/",
                                      "http://shop..kz/",
                                      "http://shop%2ekz/",
                                      "http://127.1/",
                                      "http://2130706433/",
                                      "http://0x7f000001/",
                                      "http://0x7f.0.0.1/",
                                      "http://127.0.0.0x1/",
                                      "http://0177.0.0.1/",
                                      "http://127.0.0.1./",
                                      "http://1.2.3.4.5/",
                                      "http://[127.0.0.1]/",
                                      "http://[::1/",
                                      "http://[::1]x/",
                                      "http://[fe80::1%25eth0]/",
                                      "http://[::1]:99999/",
                                      "http://[]/",
                                      "http://sh!op.kz/"};
    struct link link;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_not(link_read(slice_text(bad[i]), &link), "%s", bad[i]);
    cr_expect_not(link_read((struct slice){"http://a\0b/", 11}, &link));
}

static bool inside(const char *url, const struct networks *allow) {
    struct link link;
    cr_assert(link_read(slice_text(url), &link), "%s", url);
    return link_inside(&link, allow);
}

Test(webshop_link, what_leads_inside) {
    static const char *const in[] = {"http://127.0.0.1/",
                                     "http://10.1.2.3:80/",
                                     "https://192.168.0.1/",
                                     "http://169.254.169.254/latest",
                                     "http://[::1]/",
                                     "http://[::ffff:127.0.0.1]/",
                                     "http://[fd00::1]/",
                                     "http://[fe80::1]/",
                                     "http://[64:ff9b::a00:1]/",
                                     "http://[2002:7f00:1::]/",
                                     "http://0.0.0.0/",
                                     "http://localhost/",
                                     "http://LOCALHOST.:80/",
                                     "http://a.localhost/"};
    static const char *const out[] = {"http://shop.kz/", "http://8.8.8.8/",
                                      "http://[2a00:1450::1]/", "http://notlocalhost/",
                                      "http://localhost.kz/"};
    struct networks some;
    cr_assert(networks_parse(SLICE("127.0.0.1 fd00::/8"), &some));
    for (size_t i = 0; i < sizeof in / sizeof in[0]; i++)
        cr_expect(inside(in[i], NULL), "%s", in[i]);
    for (size_t i = 0; i < sizeof out / sizeof out[0]; i++)
        cr_expect_not(inside(out[i], NULL), "%s", out[i]);
    cr_expect_not(inside("http://127.0.0.1/", &some));
    cr_expect_not(inside("http://[::ffff:127.0.0.1]/", &some));
    cr_expect_not(inside("http://localhost/", &some));
    cr_expect_not(inside("http://[fd00::1]/", &some));
    cr_expect(inside("http://127.0.0.2/", &some));
    cr_expect(inside("http://[::1]/", &some));
}
