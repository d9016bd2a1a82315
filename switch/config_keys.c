/* config_keys.c - the table of keys with their defaults and ranges, and parsing of single values.
 */
#include "switch/config_keys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/common/money.h"
#include "switch/assert.h"
#include "switch/dialects.h"

#define AT(field) offsetof(struct config, field)

/* The order of the sections here is their order in tiyn.example.ini. */
/* clang-format off */
const struct config_key config_keys[CONFIG_KEYS] = {
    {"node", "data", "data", 0, 0, AT(data), CONFIG_PATH},
    {"node", "unix_path", "", 0, 0, AT(unix_path), CONFIG_SOCKET},
    {"node", "loops", "1", 1, CONFIG_LOOPS_MAX, AT(loops), CONFIG_U32},
    {"node", "connections_max", "16384", 16, 1000000, AT(connections_max), CONFIG_U32},
    {"http", "address", "127.0.0.1", 0, 0, AT(http_address), CONFIG_ADDRESS},
    {"http", "port", "8080", 0, 65535, AT(http_port), CONFIG_U16},
    {"http", "trusted_proxies", "", 0, 0, AT(trusted_proxies), CONFIG_NETWORKS},
    {"rpc", "address", "127.0.0.1", 0, 0, AT(rpc_address), CONFIG_ADDRESS},
    {"rpc", "port", "8081", 0, 65535, AT(rpc_port), CONFIG_U16},
    {"timeouts", "header_ms", "10000", 100, 600000, AT(header_timeout_ms), CONFIG_U32},
    {"timeouts", "idle_ms", "300000", 0, 86400000, AT(idle_timeout_ms), CONFIG_U32},
    {"timeouts", "write_ms", "10000", 100, 600000, AT(write_timeout_ms), CONFIG_U32},
    {"timeouts", "answer_ms", "10000", 100, 600000, AT(answer_timeout_ms), CONFIG_U32},
    {"ledger", "table_mb", "512", 16, 16384, AT(table_mb), CONFIG_U32},
    {"ledger", "account_slots", "2097152", 1024, 1073741824, AT(account_slots), CONFIG_U32},
    {"ledger", "filter_mb", "128", 1, 65536, AT(filter_mb), CONFIG_U32},
    {"ledger", "map_gb", "64", 1, 65536, AT(map_gb), CONFIG_U32},
    {"ledger", "segment_mb", "64", 16, 1024, AT(segment_mb), CONFIG_U32},
    {"ledger", "journal_keep", "0", 0, 1000000, AT(journal_keep), CONFIG_U32},
    {"ledger", "open_payments_max", "1048576", 1024, 67108864, AT(open_payments_max), CONFIG_U32},
    {"ledger", "checkpoint_ms", "1000", 10, 3600000, AT(checkpoint_ms), CONFIG_U32},
    {"soap", "node_key", "", 0, 0, AT(node_key), CONFIG_NODE_KEY},
    {"soap", "public_url", "", 0, 0, AT(public_url), CONFIG_URL},
    {"soap", "amount_max", "10000000.00", 1, LEDGER_AMOUNT_MAX, AT(amount_max), CONFIG_MONEY},
    {"soap", "fee_account", "2", 1, UINT64_MAX - 1, AT(fee_account), CONFIG_U64},
    {"soap", "repeat_after_ms", "1000", 1, 600000, AT(repeat_after_ms), CONFIG_U32},
    {"soap", "hold_life_s", "86400", 1, 2592000, AT(hold_life_s), CONFIG_U32},
    {"soap", "vostok_plat_service", "0", 0, INT64_MAX, AT(vostok_plat_service), CONFIG_U64},
    {"soap", "token_life_s", "300", 1, 86400, AT(token_life_s), CONFIG_U32},
    {"checkout", "callback_allow", "", 0, 0, AT(callback_allow), CONFIG_NETWORKS},
    {"checkout", "callback_timeout_ms", "90000", 100, 600000, AT(callback_timeout_ms), CONFIG_U32},
    {"checkout", "session_s", "900", 60, 86400, AT(session_s), CONFIG_U32},
    {"outbox", "pause_permille", "1000", 1, 10000, AT(pause_permille), CONFIG_U32},
    {"outbox", "life_s", "86400", 1, 31536000, AT(delivery_life_s), CONFIG_U32},
    {"outbox", "breaker_failures", "5", 1, 1000000, AT(breaker_failures), CONFIG_U32},
    {"outbox", "breaker_pause_ms", "10000", 1, 3600000, AT(breaker_pause_ms), CONFIG_U32},
    {"outbox", "check_timeout_ms", "15000", 100, 600000, AT(check_timeout_ms), CONFIG_U32},
    {"networks", "profiles", "", 0, 0, AT(profiles), CONFIG_PROFILES},
    {"log", "format", "json", 0, 0, AT(log_format), CONFIG_LOG_FORMAT},
    {"log", "level", "info", 0, 0, AT(log_level), CONFIG_LOG_LEVEL},
};
/* clang-format on */

bool config_number(const char *text, uint64_t min, uint64_t max, uint64_t *number) {
    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text)) {
        return false;
    }
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    if (errno != 0 || value < min || value > max) {
        return false;
    }
    *number = value;
    return true;
}

bool config_path_join(char *out, size_t size, const char *folder, const char *path) {
    bool alone = path[0] == '/' || folder[0] == '\0';
    int length = snprintf(out, size, "%s%s%s", alone ? "" : folder, alone ? "" : "/", path);
    return length >= 0 && (size_t)length < size;
}

static int why_not(char *why, const struct config_key *key, const char *text, const char *need) {
    snprintf(why, CONFIG_WHY_MAX, "%s is \"%.60s\", but must be %s", key->name, text, need);
    return -1;
}

static int set_number(void *field, const struct config_key *key, const char *text, char *why) {
    uint64_t number = 0;
    if (!config_number(text, key->min, key->max, &number)) {
        char need[80];
        snprintf(need, sizeof(need), "a whole number from %llu to %llu",
                 (unsigned long long)key->min, (unsigned long long)key->max);
        return why_not(why, key, text, need);
    }
    if (key->type == CONFIG_U16) {
        uint16_t value = (uint16_t)number;
        memcpy(field, &value, sizeof(value));
    } else if (key->type == CONFIG_U64) {
        memcpy(field, &number, sizeof(number));
    } else {
        uint32_t value = (uint32_t)number;
        memcpy(field, &value, sizeof(value));
    }
    return 0;
}

static int set_money(void *field, const struct config_key *key, const char *text, char *why) {
    uint64_t tiyn = 0;
    if (!money_parse(slice_text(text), &tiyn) || tiyn < key->min || tiyn > key->max) {
        char min[MONEY_TEXT], max[MONEY_TEXT], need[120];
        snprintf(need, sizeof(need), "an amount from %s to %s", money_text(key->min, min),
                 money_text(key->max, max));
        return why_not(why, key, text, need);
    }
    memcpy(field, &tiyn, sizeof(tiyn));
    return 0;
}

static int set_networks(struct networks *field, const struct config_key *key, const char *text,
                        char *why) {
    memset(field, 0, sizeof(*field));
    if (!networks_parse(slice_text(text), field)) {
        return why_not(why, key, text,
                       "up to 16 addresses or networks, such as 127.0.0.1 10.0.0.0/8");
    }
    return 0;
}

static int set_path(char *field, size_t size, const struct config_key *key, const char *text,
                    const char *folder, char *why) {
    if (text[0] == '\0') {
        return why_not(why, key, text, "a path");
    }
    if (!config_path_join(field, size, folder, text)) {
        char need[80];
        snprintf(need, sizeof(need), "at most %zu bytes long with its folder; take a shorter path",
                 size - 1);
        return why_not(why, key, text, need);
    }
    return 0;
}

/* A folder of profiles, each of them good. */
static int set_profiles(char *field, const struct config_key *key, const char *text,
                        const char *folder, char *why) {
    struct adapter_settings settings;
    if (set_path(field, CONFIG_PATH_MAX, key, text, folder, why) < 0 ||
        dialects_open(&settings, field, why, CONFIG_WHY_MAX) < 0) {
        return -1;
    }
    dialects_close(&settings);
    return 0;
}

static int set_address(char *field, const struct config_key *key, const char *text, char *why) {
    unsigned char address[sizeof(struct in6_addr)];
    size_t size = strlen(text);
    if (size >= CONFIG_ADDRESS_MAX ||
        (inet_pton(AF_INET, text, address) != 1 && inet_pton(AF_INET6, text, address) != 1)) {
        return why_not(why, key, text,
                       "an IPv4 or IPv6 address, such as 127.0.0.1, 0.0.0.0 or ::1");
    }
    memcpy(field, text, size + 1);
    return 0;
}

/* Sets *field to the index of text in words. */
static int set_word(uint32_t *field, const struct config_key *key, const char *text,
                    const char *const *words, const char *need, char *why) {
    for (uint32_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            *field = i;
            return 0;
        }
    }
    return why_not(why, key, text, need);
}

static const char *const format_words[] = {"json", "logfmt", NULL};
static const char *const level_words[] = {"debug", "info", "warn", "error", NULL};

int config_key_set(struct config *config, const struct config_key *key, const char *text,
                   const char *folder, char *why) {
    char *field = (char *)config + key->offset;
    uint32_t word = 0;
    switch (key->type) {
    case CONFIG_U32:
    case CONFIG_U16:
    case CONFIG_U64:
        return set_number(field, key, text, why);
    case CONFIG_MONEY:
        return set_money(field, key, text, why);
    case CONFIG_NETWORKS:
        return set_networks((struct networks *)(void *)field, key, text, why);
    case CONFIG_NODE_KEY:
        return config_set_node_key(config, folder, text, why);
    case CONFIG_URL:
        return config_set_url(field, text, why);
    case CONFIG_PATH:
        return set_path(field, CONFIG_PATH_MAX, key, text, folder, why);
    case CONFIG_PROFILES:
        return set_profiles(field, key, text, folder, why);
    case CONFIG_SOCKET:
        return set_path(field, CONFIG_SOCKET_MAX, key, text, folder, why);
    case CONFIG_ADDRESS:
        return set_address(field, key, text, why);
    case CONFIG_LOG_FORMAT:
        if (set_word(&word, key, text, format_words, "json or logfmt", why) < 0) {
            return -1;
        }
        config->log_format = (enum log_format)word;
        return 0;
    case CONFIG_LOG_LEVEL:
        if (set_word(&word, key, text, level_words, "debug, info, warn or error", why) < 0) {
            return -1;
        }
        config->log_level = (enum log_level)word;
        return 0;
    }
    ASSERT(false);
    return -1;
}
