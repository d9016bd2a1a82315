/* test_config_provider.c - sections of providers: their keys, their files, and every error. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "config_rig.h"
#include "switch/config.h"

#define FIRST "[provider a]\nnumber = 1\nprofile = osmp\nbase_url = https://a.example/pay\n"

static struct config config;
static struct config_error error;

TestSuite(config_provider, .init = rig_open_folder, .fini = rig_remove_folder);

static void good(const char *text) {
    rig_write("tiyn.ini", text, 0600);
    cr_assert_eq(config_load(&config, rig_path, &error), 0, "%s: line %u: %s", text, error.line,
                 error.text);
}

static void bad(uint32_t line, const char *word, const char *text) {
    rig_write("tiyn.ini", text, 0600);
    cr_assert_eq(config_load(&config, rig_path, &error), -1, "was taken: %s", text);
    cr_expect_eq(error.line, line, "line %u instead of %u: %s\n%s", error.line, line, error.text,
                 text);
    cr_expect_not_null(strstr(error.text, word), "no \"%s\" in: %s", word, error.text);
}

Test(config_provider, has_defaults) {
    good(FIRST);
    const struct provider *provider = &config.providers[0];
    cr_assert_eq(config.provider_count, 1);
    cr_expect_str_eq(provider->name, "a");
    cr_expect_eq(provider->number, 1);
    cr_expect_str_eq(provider->profile, "osmp");
    cr_expect_str_eq(provider->base_url, "https://a.example/pay");
    cr_expect_eq(provider->concurrency, 32);
    cr_expect_eq(provider->connect_timeout_ms, 3000);
    cr_expect_eq(provider->total_timeout_ms, 60000);
    cr_expect_str_eq(provider->basic_auth, "");
    cr_expect_eq(provider->header_count, 0);
}

Test(config_provider, takes_all_keys) {
    rig_write("auth", "user:pass word\n", 0600);
    rig_write("headers", "X-Api-Key: abc\r\nX-Other: d e\n", 0640);
    rig_write("cert.pem", "", 0600);
    good(FIRST "concurrency = 5000\nconnect_timeout_ms = 100\ntotal_timeout_ms = 200\n"
               "basic_auth_file = auth\nheader_file = headers\nclient_cert = cert.pem\n"
               "client_key = cert.pem\nca_file = cert.pem\n"
               "[provider b]\nnumber = 2\nprofile = kassa24\nbase_url = http://127.0.0.1:1\n");
    const struct provider *provider = &config.providers[0];
    cr_assert_eq(config.provider_count, 2);
    cr_expect_eq(provider->concurrency, 5000);
    cr_expect_eq(provider->connect_timeout_ms, 100);
    cr_expect_eq(provider->total_timeout_ms, 200);
    cr_expect_str_eq(provider->basic_auth, "user:pass word");
    cr_assert_eq(provider->header_count, 2);
    cr_expect_str_eq(provider->headers + provider->header_at[0], "X-Api-Key: abc");
    cr_expect_str_eq(provider->headers + provider->header_at[1], "X-Other: d e");
    cr_expect_eq(strncmp(provider->client_cert, rig_folder, strlen(rig_folder)), 0);
    cr_expect_str_eq(provider->ca_file, provider->client_key);
}

Test(config_provider, lacks_something) {
    bad(1, "base_url", "[provider a]\nnumber = 1\nprofile = osmp\n");
    bad(1, "profile", "[provider a]\nnumber = 1\nbase_url = https://a.example\n");
    bad(1, "number", "[provider a]\nprofile = osmp\nbase_url = https://a.example\n");
    rig_write("cert.pem", "", 0600);
    bad(1, "go together", FIRST "client_cert = cert.pem\n");
}

Test(config_provider, is_given_twice) {
    bad(5, "given twice, first in line 1", FIRST "[provider a]\n");
    bad(5, "number of provider a",
        FIRST "[provider b]\nnumber = 1\nprofile = osmp\n"
              "base_url = https://a.example\n");
    bad(5, "given twice", FIRST "number = 2\n");
}

Test(config_provider, has_a_wrong_value) {
    bad(1, "letters", "[provider a\"b]\n");
    bad(1, "1 to 31", "[provider ]\n");
    bad(1, "shops", "[provider shops]\n");
    bad(5, "unknown key", FIRST "numbers = 2\n");
    bad(2, "number", "[provider a]\nnumber = 0\n");
    bad(2, "number", "[provider a]\nnumber = 4294967296\n");
    bad(5, "1 to 8192", FIRST "concurrency = 8193\n");
    bad(5, "total_timeout_ms", FIRST "total_timeout_ms = 600001\n");
    bad(2, "base_url", "[provider a]\nbase_url = https://user:word@a.example\n");
    bad(2, "osmp", "[provider a]\nprofile = unknown\n");
    bad(2, "no file", "[provider a]\nprofile = missing.ini\n");
    bad(5, "no file", FIRST "ca_file = missing.pem\n");
    bad(1, "https://", "[provider a]\nnumber = 1\nprofile = osmp\nbase_url = ftp://a.example\n");
}

Test(config_provider, has_a_secret_that_others_may_read_or_that_is_none) {
    rig_write("auth", "user:secret\n", 0644);
    bad(5, "chmod 600", FIRST "basic_auth_file = auth\n");
    cr_expect_null(strstr(error.text, "secret"));
    rig_write("auth", "secret\n", 0600);
    bad(5, "user:password", FIRST "basic_auth_file = auth\n");
    cr_expect_null(strstr(error.text, "secret"));
    rig_write("auth", "user:secret\nmore", 0600);
    bad(5, "one line", FIRST "basic_auth_file = auth\n");
    rig_write("headers", "X-Api-Key secret\n", 0600);
    bad(5, "Name: value", FIRST "header_file = headers\n");
    rig_write("headers", "X-Api-Key:\n", 0600);
    bad(5, "Name: value", FIRST "header_file = headers\n");
    rig_write("headers", "X-A: b\n\nX-B: c\n", 0600);
    bad(5, "Name: value", FIRST "header_file = headers\n");
}

Test(config_provider, has_a_profile_that_is_wrong) {
    rig_write("mine.ini", "[dialect]\nmethod = GET\nmethod = SHOUT\n", 0644);
    bad(1, "mine.ini:3",
        "[provider a]\nnumber = 1\nprofile = mine.ini\n"
        "base_url = https://a.example\n");
    bad(1, "how to ask",
        "[provider a]\nnumber = 1\nprofile = kaspi\n"
        "base_url = https://a.example\n"); /* it is for those who ask us */
}

Test(config_provider, comes_without_end) {
    static char text[PROVIDERS_MAX * 120];
    size_t used = 0;
    for (int i = 1; i <= PROVIDERS_MAX + 1; i++) {
        used += (size_t)snprintf(text + used, sizeof(text) - used,
                                 "[provider p%d]\nnumber = %d\nprofile = osmp\n"
                                 "base_url = https://a.example\n",
                                 i, i);
    }
    bad(4 * PROVIDERS_MAX + 1, "more than 64", text);
    *strstr(text, "[provider p65]") = '\0';
    good(text);
}
