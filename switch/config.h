/* config.h - the node's configuration: an INI file checked as a whole before anything else happens.
 * Read once at start by the main thread, and never changed after: then any thread. */
#ifndef SWITCH_CONFIG_H
#define SWITCH_CONFIG_H

#include "switch/gateway.h"
#include "switch/log.h"

#define CONFIG_GATEWAYS_MAX 64
#define CONFIG_LOOPS_MAX 16
#define CONFIG_PATH_MAX 512   /* bytes of a path, with its NUL                            */
#define CONFIG_SOCKET_MAX 108 /* bytes of the Unix socket's path, with its NUL: sun_path  */
#define CONFIG_ADDRESS_MAX 46 /* bytes of an IPv4 or IPv6 address in text, with its NUL   */

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
    uint16_t http_port, rpc_port; /* 0: any free one                                      */
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
    /* [log] */
    enum log_format log_format;
    enum log_level log_level;

    bool demo; /* set by `serve --demo`, not by the file                                  */
    struct gateway gateways[CONFIG_GATEWAYS_MAX];
    uint32_t gateway_count;
};

/* What is wrong with a config. */
struct config_error {
    char file[CONFIG_PATH_MAX];
    uint32_t line;  /* 0: the whole file (it cannot be opened, or something is missing)    */
    char text[248]; /* what is wrong and what to do                                       */
};

/* The defaults, with no gateways. */
void config_default(struct config *config);

/* Reads the file at `path`, or takes the defaults when path is NULL. Relative paths in the file are
 * relative to the file's folder. 0, or -1: the first error is in *error, and *config is unusable.
 * sodium_init must have been called. */
int config_load(struct config *config, const char *path, struct config_error *error);

/* Changes the data folder (a command line's --data), and the socket's path when it follows it.
 * 0, or -1 when a path is too long. */
int config_set_data(struct config *config, const char *folder, struct config_error *error);

/* "file:line: text" of an error, for a person; into out, NUL-terminated. */
void config_error_print(const struct config_error *error, char *out, size_t size);

#endif
