/* config.h - the node's configuration: an INI file checked as a whole before anything else happens.
 * Read once at start by the main thread, and never changed after: then any thread. */
#ifndef SWITCH_CONFIG_H
#define SWITCH_CONFIG_H

#include "switch/address.h"
#include "switch/gateway.h"
#include "switch/log.h"
#include "switch/provider.h"

#define CONFIG_GATEWAYS_MAX 64
#define CONFIG_LOOPS_MAX 16
#define CONFIG_PATH_MAX 512      /* bytes of a path, with its NUL                            */
#define CONFIG_SOCKET_MAX 108    /* bytes of the Unix socket's path, with its NUL: sun_path  */
#define CONFIG_URL_MAX 200       /* bytes of a URL, with its NUL: as long as a line of the file */
#define CONFIG_NODE_KEY_MAX 8192 /* bytes of a PEM text, with its NUL: an RSA-8192 key         */
#define CONFIG_ADDRESS_MAX 46    /* bytes of an IPv4 or IPv6 address in text, with its NUL   */

/* Keys, sections, ranges and defaults: config_keys.c, and tiyn.example.ini for people. */
struct config {
    /* [node] */
    char data[CONFIG_PATH_MAX];        /* the ledger's folder                             */
    char unix_path[CONFIG_SOCKET_MAX]; /* the operator's socket; default <data>/operator.sock */
    bool unix_path_given;
    uint32_t loops;           /* event loop threads, 1..CONFIG_LOOPS_MAX                  */
    uint32_t connections_max; /* of all listeners together                                */
    /* [http], [rpc] */
    char http_address[CONFIG_ADDRESS_MAX], rpc_address[CONFIG_ADDRESS_MAX];
    uint16_t http_port, rpc_port;    /* 0: any free one                                      */
    struct networks trusted_proxies; /* of HTTP: they say who a client is                  */
    /* [soap] */
    char node_key[CONFIG_NODE_KEY_MAX]; /* the PEM text itself; "": none. Secret           */
    char public_url[CONFIG_URL_MAX];    /* "": not known                                   */
    uint64_t amount_max;                /* tiyn                                            */
    uint64_t fee_account;               /* account id                                      */
    uint32_t repeat_after_ms, hold_life_s, token_life_s;
    uint64_t vostok_plat_service;
    /* [checkout] */
    struct networks callback_allow; /* that shops may be told at although they are private */
    uint32_t session_s;
    uint32_t callback_timeout_ms;
    /* [timeouts], ms */
    uint32_t header_timeout_ms; /* from the first byte of a request to its last           */
    uint32_t idle_timeout_ms;   /* without a request in flight; 0: never                  */
    uint32_t write_timeout_ms;  /* a peer that does not read                              */
    uint32_t answer_timeout_ms; /* then a request is told "unknown, ask again"            */
    /* [ledger] */
    uint32_t table_mb;          /* MiB of one of the two state tables                     */
    uint32_t account_slots;     /* accounts cached in memory                              */
    uint32_t filter_mb;         /* MiB of the filter over all references                  */
    uint32_t map_gb;            /* GiB, largest size of the LMDB file                     */
    uint32_t segment_mb;        /* MiB of a journal segment                               */
    uint32_t journal_keep;      /* checkpointed segments kept behind                      */
    uint32_t open_payments_max; /* WAITING and HELD at once                               */
    uint32_t checkpoint_ms;     /* age at which unsaved changes are checkpointed          */
    /* [outbox] */
    uint32_t pause_permille;  /* of the pauses between attempts: 1000 as they are        */
    uint32_t delivery_life_s; /* then it is left to the operator                         */
    uint32_t breaker_failures, breaker_pause_ms;
    uint32_t check_timeout_ms; /* for a provider's answer to a check                      */
    /* [networks] */
    char profiles[CONFIG_PATH_MAX]; /* folder of the operator's dialects; "": none         */
    /* [log] */
    enum log_format log_format;
    enum log_level log_level;

    bool demo; /* set by `serve --demo`, not by the file                                  */
    struct gateway gateways[CONFIG_GATEWAYS_MAX];
    uint32_t gateway_count;
    struct provider providers[PROVIDERS_MAX];
    uint32_t provider_count;
};

/* What is wrong with a config. */
struct config_error {
    char file[CONFIG_PATH_MAX];
    uint32_t line;  /* 0: the whole file (it cannot be opened, or something is missing)    */
    char text[248]; /* what is wrong and what to do                                       */
};

/* What went wrong with one value: a sentence for struct config_error. */
#define CONFIG_WHY_MAX 240

/* The defaults, with no gateways. */
void config_default(struct config *config);

/* Reads the file at `path`, or takes the defaults when path is NULL. Relative paths in the file are
 * relative to the file's folder. 0, or -1: the first error is in *error, and *config is unusable.
 * sodium_init must have been called. */
int config_load(struct config *config, const char *path, struct config_error *error);

/* Changes the data folder (a command line's --data), and the socket's path when it follows it.
 * 0, or -1 when a path is too long. */
int config_set_data(struct config *config, const char *folder, struct config_error *error);

/* Takes the node's private key from a PEM file that only its owner may read; the text is kept.
 * folder: what a relative path is relative to, "" for none. 0, or -1 with the reason in
 * why[CONFIG_WHY_MAX], which tells nothing of the key. */
int config_set_node_key(struct config *config, const char *folder, const char *path, char *why);

/* What adapters get of it. config outlives *settings, which has secrets. Without a node key the
 * tokens' key is random, another one each time. */
void config_settings(const struct config *config, struct adapter_settings *settings);

/* "file:line: text" of an error, for a person; into out, NUL-terminated. */
void config_error_print(const struct config_error *error, char *out, size_t size);

#endif
