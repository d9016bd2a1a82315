/* test_config.c - reading a config: the example, its defaults, and every error with its place. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config_rig.h"
#include "protocols/xml/dsig.h"
#include "switch/config.h"

/* ---- Fixture ------------------------------------------------------------------------------ */

#define RPC_KEY "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define BEARER "a-bearer-key-of-the-tests-0123456789"
#define GATEWAY                                                                                    \
    "[gateway shop]\nrpc_key = " RPC_KEY "\nbearer_key = " BEARER                                  \
    "\nrequester = 7\naccounts = all\nrights = open\n"

static struct config config;
static struct config_error error;

TestSuite(config, .init = rig_open_folder, .fini = rig_remove_folder);

/* ---- Helpers ------------------------------------------------------------------------------ */

static int load(const char *text) {
    rig_write("tiyn.ini", text, 0600);
    return config_load(&config, rig_path, &error);
}

static void good(const char *text) {
    int rc = load(text);
    cr_assert_eq(rc, 0, "%s: line %u: %s", text, error.line, error.text);
}

/* The text is refused at that line, for a reason that has that word. */
static void bad(uint32_t line, const char *word, const char *text) {
    cr_assert_eq(load(text), -1, "was taken: %s", text);
    cr_expect_str_eq(error.file, rig_path);
    cr_expect_eq(error.line, line, "line %u instead of %u: %s\n%s", error.line, line, error.text,
                 text);
    cr_expect_not_null(strstr(error.text, word), "no \"%s\" in: %s", word, error.text);
}

/* ---- Cases -------------------------------------------------------------------------------- */

Test(config, keys_in_a_file_that_everybody_may_read) {
    rig_write("tiyn.ini", GATEWAY, 0644);
    cr_assert_eq(config_load(&config, rig_path, &error), -1);
    cr_expect_eq(error.line, 2u);
    cr_expect_not_null(strstr(error.text, "chmod 600"), "%s", error.text);
    cr_expect_null(strstr(error.text, RPC_KEY), "%s", error.text);
    rig_write("tiyn.ini", "[node]\nloops = 2\n", 0644); /* no key stands in it */
    cr_expect_eq(config_load(&config, rig_path, &error), 0, "%s", error.text);
}

Test(config, where_shops_may_be_told) {
    uint8_t address[ADDRESS_BYTES];
    good("[checkout]\ncallback_allow = 127.0.0.1 10.1.2.0/24\nsession_s = 60\n");
    cr_expect_eq(config.session_s, 60u);
    cr_assert(address_parse(SLICE("10.1.2.3"), address));
    cr_expect(networks_have(&config.callback_allow, address));
    cr_expect_eq(config.trusted_proxies.count, 0u);
    good("");
    cr_expect_eq(config.session_s, 900u);
    cr_expect_eq(config.callback_allow.count, 0u);
    bad(2, "addresses", "[checkout]\ncallback_allow = shop.example\n");
    bad(2, "60 to 86400", "[checkout]\nsession_s = 59\n");
}

Test(config, the_example_loads_and_equals_the_defaults) {
    static struct config defaults;
    config_default(&defaults);
    int rc = config_load(&config, TESTS_FOLDER "/../switch/tiyn.example.ini", &error);
    cr_assert_eq(rc, 0, "line %u: %s", error.line, error.text);
    cr_assert_eq(config_set_data(&config, "data", &error), 0); /* it is relative to the file */
    cr_expect_str_eq(config.data, defaults.data);
    cr_expect_str_eq(config.unix_path, defaults.unix_path);
    memcpy(config.data, defaults.data, sizeof(config.data)); /* and what is behind the NUL */
    memcpy(config.unix_path, defaults.unix_path, sizeof(config.unix_path));
    cr_assert_arr_eq(&config, &defaults, sizeof(config));
}

Test(config, without_a_file_the_defaults_hold) {
    cr_assert_eq(config_load(&config, NULL, &error), 0);
    cr_expect_str_eq(config.http_address, "127.0.0.1");
    cr_expect_eq(config.http_port, 8080);
    cr_expect_eq(config.rpc_port, 8081);
    cr_expect_eq(config.loops, 1u);
    cr_expect_eq(config.connections_max, 16384u);
    cr_expect_eq(config.answer_timeout_ms, 10000u);
    cr_expect_eq(config.table_mb, 512u);
    cr_expect_str_eq(config.data, "data");
    cr_expect_str_eq(config.unix_path, "data/operator.sock");
    cr_expect_eq(config.gateway_count, 0u);
    cr_expect_not(config.demo);
}

Test(config, keys_set_their_fields) {
    good("# a comment\n[node]\nloops = 4 ; four\ndata=/var/lib/tiyn\n[http]\naddress = ::1\n"
         "port = 0\n[ledger]\ncheckpoint_ms = 200\n[log]\nformat = logfmt\nlevel = warn\n");
    cr_expect_eq(config.loops, 4u);
    cr_expect_str_eq(config.data, "/var/lib/tiyn");
    cr_expect_str_eq(config.unix_path, "/var/lib/tiyn/operator.sock");
    cr_expect_str_eq(config.http_address, "::1");
    cr_expect_eq(config.http_port, 0);
    cr_expect_eq(config.checkpoint_ms, 200u);
    cr_expect_eq(config.log_format, LOG_LOGFMT);
    cr_expect_eq(config.log_level, LOG_WARN);
}

Test(config, relative_paths_are_relative_to_the_file) {
    char expected[128];
    good("[node]\ndata = here\nunix_path = sock\n");
    snprintf(expected, sizeof(expected), "%s/here", rig_folder);
    cr_expect_str_eq(config.data, expected);
    snprintf(expected, sizeof(expected), "%s/sock", rig_folder);
    cr_expect_str_eq(config.unix_path, expected);
    cr_assert_eq(config_set_data(&config, "there", &error), 0);
    cr_expect_str_eq(config.data, "there");
    cr_expect_str_eq(config.unix_path, expected, "it was given: it does not follow the data");
    good("");
    snprintf(expected, sizeof(expected), "%s/data", rig_folder);
    cr_expect_str_eq(config.data, expected);
}

Test(config, a_byte_order_mark_and_windows_line_ends_do_no_harm) {
    good("\xef\xbb\xbf[node]\r\nloops = 3\r\n");
    cr_expect_eq(config.loops, 3u);
}

Test(config, a_missing_file_is_an_error) {
    cr_assert_eq(config_load(&config, rig_path, &error), -1);
    cr_expect_str_eq(error.file, rig_path);
    cr_expect_eq(error.line, 0u);
    cr_expect_not_null(strstr(error.text, "No such file"));
}

Test(config, errors_of_form) {
    bad(1, "section", "this is no config\n");
    bad(2, "section", "[node]\nloops\nloops = 99\n");
    bad(1, "before any section", "loops = 1\n");
    bad(2, "first column", "[node]\n  loops = 1\n");
    bad(3, "unknown section [nodes]", "[node]\nloops = 1\n[nodes]\n");
    bad(1, "unknown section", "[gateway]\n");
    bad(1, "']'", "[node\nloops = 1\n");
    bad(2, "there are: data", "[node]\nlops = 1\n");
    bad(4, "twice, first in line 2", "[node]\nloops = 1\n[node]\nloops = 1\n");
    char text[600];
    snprintf(text, sizeof(text), "[node]\nloops = 1\ndata = %0300d\nlops = 1\n", 0);
    bad(3, "longer", text);
    bad(2, "loops", "[node]\nloops = 0\nlops = 1\n"); /* the first one is told */
}

Test(config, errors_of_values) {
    bad(2, "loops is \"17\"", "[node]\nloops = 17\n");
    bad(2, "1 to 16", "[node]\nloops = 0\n");
    bad(2, "loops", "[node]\nloops = -1\n");
    bad(2, "loops", "[node]\nloops = 1x\n");
    bad(2, "loops", "[node]\nloops =\n");
    bad(2, "loops", "[node]\nloops = 18446744073709551617\n");
    bad(2, "port", "[rpc]\nport = 65536\n");
    bad(2, "address", "[http]\naddress = localhost\n");
    bad(2, "data", "[node]\ndata =\n");
    bad(2, "json or logfmt", "[log]\nformat = xml\n");
    bad(2, "debug, info, warn or error", "[log]\nlevel = loud\n");
    bad(0, "both listen", "[http]\nport = 9000\n[rpc]\nport = 9000\n");
    char text[300];
    snprintf(text, sizeof(text), "[node]\ndata = /%0120d\n", 0);
    bad(2, "socket", text);
}

Test(config, a_gateway_is_read_whole) {
    good(GATEWAY "[gateway bank]\nbearer_key = another-bearer-key-0123456789-01234\n"
                 "requester = 8\nrequesters = 8, 80 - 89,90\naccounts = 1, 10-20\n"
                 "rights = open,complete , operator,token\n");
    cr_assert_eq(config.gateway_count, 2u);
    const struct gateway *shop = &config.gateways[0], *bank = &config.gateways[1];
    cr_expect_str_eq(shop->grant.name, "shop");
    cr_expect(shop->has_rpc_key && shop->has_bearer);
    cr_expect_eq(shop->rpc_key[1], 0x11);
    cr_expect_eq(shop->rpc_key[31], 0xff);
    cr_expect_eq(shop->grant.rights, (uint32_t)GRANT_OPEN);
    cr_expect_eq(shop->grant.accounts[0].last, UINT64_MAX);
    cr_expect_eq(shop->grant.requester_count, 1u);
    cr_expect_eq(shop->grant.requesters[0].first, 7u);
    cr_expect_not(bank->has_rpc_key);
    cr_expect_eq(bank->grant.rights,
                 (uint32_t)(GRANT_OPEN | GRANT_COMPLETE | GRANT_OPERATOR | GRANT_TOKEN));
    cr_assert_eq(bank->grant.requester_count, 3u);
    cr_expect_eq(bank->grant.requesters[1].first, 80u);
    cr_expect_eq(bank->grant.requesters[1].last, 89u);
    cr_expect_eq(bank->grant.requesters[2].first, 90u);
    cr_expect_eq(bank->grant.requesters[2].last, 90u);
    cr_expect_eq(bank->grant.accounts[1].last, 20u);
}

#define REST "requester = 7\naccounts = all\nrights = open\n"

Test(config, errors_of_gateways) {
    bad(1, "no key", "[gateway shop]\n" REST);
    bad(1, "lacks", "[gateway shop]\nrpc_key = " RPC_KEY "\n");
    bad(2, "64", "[gateway shop]\nrpc_key = 00ff\n" REST);
    bad(2, "64", "[gateway shop]\nrpc_key = zz" RPC_KEY "\n" REST);
    bad(2, "32", "[gateway shop]\nbearer_key = short\n" REST);
    bad(2, "letters", "[gateway shop]\nbearer_key = with a blank with a blank with a blank\n" REST);
    bad(7, "twice, first in line 1", GATEWAY "[gateway shop]\n");
    bad(7, "bearer key of gateway shop",
        GATEWAY "[gateway bank]\nbearer_key = " BEARER "\n" REST "[node]\n");
    bad(7, "rights is given twice", GATEWAY "rights = open\n");
    bad(7, "unknown key", GATEWAY "right = open\n");
    bad(1, "31", "[gateway a-name-that-is-longer-than-31-chars]\n" REST);
    bad(1, "letters", "[gateway a b]\n" REST);
    bad(2, "\"fly\"", "[gateway shop]\nrights = fly\n");
    bad(2, "right", "[gateway shop]\nrights = open,\n");
    bad(2, "range", "[gateway shop]\naccounts = 20-10\n");
    bad(2, "range", "[gateway shop]\naccounts = 0\n");
    bad(2, "range", "[gateway shop]\naccounts = 1,,2\n");
    bad(2, "range", "[gateway shop]\naccounts = 1-2-3\n");
    bad(2, "16", "[gateway shop]\naccounts = 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n");
    bad(2, "requester", "[gateway shop]\nrequester = 0\n");
    bad(1, "own requester", GATEWAY "requesters = 70-79\n");
    rig_write("rpc.key", RPC_KEY, 0600);
    bad(1, "both given", GATEWAY "rpc_key_file = rpc.key\n");
}

Test(config, an_error_of_a_key_does_not_tell_the_key) {
    bad(2, "32", "[gateway shop]\nbearer_key = secret\n");
    cr_expect_null(strstr(error.text, "secret"));
    bad(2, "64", "[gateway shop]\nrpc_key = secret\n");
    cr_expect_null(strstr(error.text, "secret"));
}

Test(config, keys_may_stand_in_files) {
    rig_write("shop.key", BEARER "\n", 0640);
    rig_write("shop.rpc.key", RPC_KEY, 0600);
    good("[gateway shop]\nbearer_key_file = shop.key\nrpc_key_file = shop.rpc.key\n" REST);
    cr_expect(config.gateways[0].has_rpc_key && config.gateways[0].has_bearer);
    cr_expect_eq(config.gateways[0].rpc_key[31], 0xff);
    rig_write("shop.key", BEARER, 0644);
    bad(2, "chmod", "[gateway shop]\nbearer_key_file = shop.key\n" REST);
    bad(2, "No such file", "[gateway shop]\nbearer_key_file = missing.key\n" REST);
}

/* ---- [soap], and whom HTTP trusts ---------------------------------------------------------- */

/* A new key's PEM, NUL-terminated; of private_pem or public_pem. */
static const char *make_pem(bool private) {
    static char text[2][8192];
    struct buffer pem[2];
    cr_assert_eq(xml_start(), 0);
    buffer_init(&pem[0], sizeof text[0] - 1);
    buffer_init(&pem[1], sizeof text[1] - 1);
    cr_assert(dsig_key_make(2048, &pem[0], &pem[1]));
    for (int i = 0; i < 2; i++) {
        snprintf(text[i], sizeof text[i], "%.*s", (int)pem[i].used, pem[i].base);
        buffer_free(&pem[i]);
    }
    return text[private ? 0 : 1];
}

Test(config, the_soap_section_sets_its_fields) {
    const char *pem = make_pem(true);
    rig_write("node.pem", pem, 0600);
    good("[soap]\nnode_key = node.pem\npublic_url = https://pay.example.kz:8443\n"
         "amount_max = 500000.50\nfee_account = 18446744073709551614\nrepeat_after_ms = 10\n"
         "hold_life_s = 60\ntoken_life_s = 30\n");
    struct adapter_settings settings, again, other;
    config_settings(&config, &settings);
    cr_expect_str_eq(settings.node_key, pem);
    cr_expect_str_eq(settings.public_url, "https://pay.example.kz:8443");
    cr_expect_eq(settings.amount_max, 50000050u);
    cr_expect_eq(settings.fee_account, UINT64_MAX - 1);
    cr_expect_eq(settings.repeat_after_ms, 10u);
    cr_expect_eq(settings.hold_life_s, 60u);
    cr_expect_eq(settings.token_life_s, 30u);
    config_settings(&config, &again);
    cr_expect_arr_eq(settings.token_key, again.token_key, sizeof(again.token_key));
    config.node_key[40]++;
    config_settings(&config, &other);
    cr_expect_arr_neq(settings.token_key, other.token_key, sizeof(other.token_key));
}

Test(config, without_a_soap_section) {
    struct adapter_settings settings, again;
    good("");
    config_settings(&config, &settings);
    config_settings(&config, &again);
    cr_expect_null(settings.node_key);
    cr_expect_str_eq(settings.public_url, "");
    cr_expect_eq(settings.amount_max, 1000000000u);
    cr_expect_eq(settings.fee_account, 2u);
    cr_expect_eq(settings.repeat_after_ms, 1000u);
    cr_expect_eq(settings.hold_life_s, 86400u);
    cr_expect_eq(settings.token_life_s, 300u);
    cr_expect_arr_neq(settings.token_key, again.token_key, sizeof(again.token_key),
                      "no key that everybody knows");
}

Test(config, a_node_key_is_its_owners_alone) {
    const mode_t modes[] = {0640, 0604, 0660, 0622};
    const char *pem = make_pem(true);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        rig_write("node.pem", pem, modes[i]);
        bad(2, "chmod 600", "[soap]\nnode_key = node.pem\n");
        cr_expect_eq(config.node_key[0], '\0');
    }
    rig_write("node.pem", pem, 0400);
    good("[soap]\nnode_key = node.pem\n");
}

Test(config, errors_of_node_keys) {
    bad(2, "No such file", "[soap]\nnode_key = missing.pem\n");
    bad(2, "path", "[soap]\nnode_key =\n");
    bad(2, "chmod", "[soap]\nnode_key = .\n");
    rig_write("public.pem", make_pem(false), 0600);
    bad(2, "no private RSA key", "[soap]\nnode_key = public.pem\n");
    rig_write("broken.pem", "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n",
              0600);
    bad(2, "no private RSA key", "[soap]\nnode_key = broken.pem\n");
    cr_expect_null(strstr(error.text, "secret"));
    cr_expect_eq(config.node_key[0], '\0', "nothing of the file stays");
    static char text[CONFIG_NODE_KEY_MAX + 1];
    memset(text, 'x', CONFIG_NODE_KEY_MAX);
    const char *pem = make_pem(true);
    memcpy(text, pem, strlen(pem)); /* a good one, and more than there is room for */
    rig_write("long.pem", text, 0600);
    bad(2, "no private RSA key", "[soap]\nnode_key = long.pem\n");
}

Test(config, errors_of_soap_values) {
    bad(2, "0.01 to 11529215046068469.76", "[soap]\namount_max = 0\n");
    bad(2, "amount", "[soap]\namount_max = 1e6\n");
    bad(2, "amount", "[soap]\namount_max = 1.001\n");
    bad(2, "amount", "[soap]\namount_max = 11529215046068469.77\n");
    bad(2, "fee_account", "[soap]\nfee_account = 0\n");
    bad(2, "fee_account", "[soap]\nfee_account = 18446744073709551615\n");
    bad(2, "repeat_after_ms", "[soap]\nrepeat_after_ms = 0\n");
    const char *const urls[] = {"pay.example.kz", "ftp://a",    "https://",
                                "https:///a",     "https://a/", "https://a\"b",
                                "https://a<b",    "",           "https://a.kz?x&y"};
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        char text[100];
        snprintf(text, sizeof(text), "[soap]\npublic_url = %s\n", urls[i]);
        bad(2, "public_url", text);
    }
}

Test(config, trusted_proxies) {
    uint8_t address[ADDRESS_BYTES];
    cr_assert(address_parse(SLICE("10.1.2.3"), address));
    good("");
    cr_expect_not(networks_have(&config.trusted_proxies, address), "nobody, unless it is said");
    good("[http]\ntrusted_proxies = 127.0.0.1 10.0.0.0/8\n");
    cr_expect_eq(config.trusted_proxies.count, 2u);
    cr_expect(networks_have(&config.trusted_proxies, address));
    bad(2, "10.0.0.0/8", "[http]\ntrusted_proxies = proxy.example.kz\n");
}

Test(config, more_gateways_than_there_is_room_for) {
    static char text[65 * 256];
    size_t used = 0;
    for (int i = 0; i < 65; i++) {
        used += (size_t)snprintf(text + used, sizeof(text) - used,
                                 "[gateway g%d]\nrpc_key = " RPC_KEY "\n" REST, i);
    }
    bad(64 * 5 + 1, "64", text);
}

Test(config, an_error_prints_as_compilers_do) {
    char text[900], expected[900];
    bad(2, "loops", "[node]\nloops = 17\n");
    config_error_print(&error, text, sizeof(text));
    snprintf(expected, sizeof(expected), "%s:2: %s", rig_path, error.text);
    cr_expect_str_eq(text, expected);
}
