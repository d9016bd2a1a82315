/* config_keys.h - the table of the config's keys, and how the file's text becomes values.
 * Inner header of config*.c. Main thread, before start. */
#ifndef SWITCH_CONFIG_KEYS_H
#define SWITCH_CONFIG_KEYS_H

#include "switch/config.h"

enum config_type {
    CONFIG_U32,
    CONFIG_U16,
    CONFIG_U64,
    CONFIG_MONEY, /* decimal KZT in the file, tiyn in the field; so are min and max */
    CONFIG_PATH,
    CONFIG_PROFILES, /* a folder */
    CONFIG_SOCKET,
    CONFIG_ADDRESS,
    CONFIG_NETWORKS,
    CONFIG_NODE_KEY, /* a path in the file, the file's text in the field */
    CONFIG_URL,
    CONFIG_LOG_FORMAT,
    CONFIG_LOG_LEVEL,
};

struct config_key {
    const char *section, *name;
    const char *value; /* the default, as it would stand in the file                     */
    uint64_t min, max; /* of numbers                                                     */
    size_t offset;     /* in struct config                                               */
    enum config_type type;
};

#define CONFIG_KEYS 40
extern const struct config_key config_keys[CONFIG_KEYS];

/* Sets a key from its text. folder: what relative paths are relative to, "" for none.
 * 0, or -1 with the reason in why[CONFIG_WHY_MAX]. */
int config_key_set(struct config *config, const struct config_key *key, const char *text,
                   const char *folder, char *why);

/* Decimal digits only, no sign, within [min, max]. */
bool config_number(const char *text, uint64_t min, uint64_t max, uint64_t *number);

/* folder + "/" + path, or path when it is absolute or folder is "". False: too long for size. */
bool config_path_join(char *out, size_t size, const char *folder, const char *path);

/* "https://host" or "http://host", maybe with a port and a path, without a '/' at its end. 0, or -1
 * with why. url: CONFIG_URL_MAX bytes. */
int config_set_url(char *url, const char *text, char *why);

/* ---- [gateway NAME] ---- */

enum config_gateway_key {
    CONFIG_RPC_KEY,
    CONFIG_RPC_KEY_FILE,
    CONFIG_BEARER_KEY,
    CONFIG_BEARER_KEY_FILE,
    CONFIG_REQUESTER,
    CONFIG_REQUESTERS,
    CONFIG_ACCOUNTS,
    CONFIG_RIGHTS,
    CONFIG_GATEWAY_KEYS,
};

/* The key of this name, or CONFIG_GATEWAY_KEYS. */
enum config_gateway_key config_gateway_key_of(const char *name);
#define CONFIG_GATEWAY_KEY_NAMES                                                                   \
    "rpc_key, rpc_key_file, bearer_key, bearer_key_file, requester, requesters, accounts, rights"

/* Starts a gateway of this name. 0, or -1 with why. */
int config_gateway_start(struct gateway *gateway, const char *name, char *why);
int config_gateway_set(struct gateway *gateway, enum config_gateway_key key, const char *text,
                       const char *folder, char *why);
/* Checks it as a whole, when its section is over. seen: the keys given, a bit each. */
int config_gateway_finish(struct gateway *gateway, uint32_t seen, char *why);

/* Reads a file with a secret, which nobody but its owner and group may read, without the blanks at
 * its end; NUL-terminated. 0, or -1 with why. */
int config_read_key(char *key, size_t key_size, const char *folder, const char *text, char *why);

/* ---- [provider NAME] ---- */

enum config_provider_key {
    CONFIG_PROVIDER_NUMBER,
    CONFIG_PROVIDER_PROFILE,
    CONFIG_PROVIDER_URL,
    CONFIG_PROVIDER_CONCURRENCY,
    CONFIG_PROVIDER_CONNECT,
    CONFIG_PROVIDER_TOTAL,
    CONFIG_PROVIDER_AUTH,
    CONFIG_PROVIDER_CERT,
    CONFIG_PROVIDER_KEY,
    CONFIG_PROVIDER_CA,
    CONFIG_PROVIDER_HEADERS,
    CONFIG_PROVIDER_KEYS,
};

/* As those of gateways. */
enum config_provider_key config_provider_key_of(const char *name);
#define CONFIG_PROVIDER_KEY_NAMES                                                                  \
    "number, profile, base_url, concurrency, connect_timeout_ms, total_timeout_ms, "               \
    "basic_auth_file, client_cert, client_key, ca_file, header_file"
int config_provider_start(struct provider *provider, const char *name, char *why);
int config_provider_set(struct provider *provider, enum config_provider_key key, const char *text,
                        const char *folder, char *why);
int config_provider_finish(const struct provider *provider, char *why);

#endif
