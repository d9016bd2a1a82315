/* command_key.c - `tiyn ctl key new`: the node's key pair; `tiyn ctl agent|merchant key ...`: the
 * public keys of partners, by number. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/xml/dsig.h"
#include "switch/command.h"
#include "switch/ctl.h"
#include "switch/key_file.h"

#define NODE_KEY_BITS 2048u
#define NODE_KEY_FILE "node.key.pem"
#define NUMBERS_MAX 1000u /* keys of one partner that are looked through for a free number */

static int cannot(const char *why) {
    fprintf(stderr, "tiyn ctl: %s\n", why);
    return COMMAND_FAILED;
}

/* ---- The node's --------------------------------------------------------------------------- */

int ctl_key_new(struct ctl *ctl) {
    const char *path = ctl->options[CTL_OUT] == NULL ? NODE_KEY_FILE : ctl->options[CTL_OUT];
    char public_path[KEY_FILE_PATH_MAX], why[KEY_FILE_WHY];
    if (xml_start() < 0) {
        return cannot("the XML library cannot start");
    }
    if (key_file_make(path, NODE_KEY_BITS, why) < 0) {
        return cannot(why);
    }
    (void)key_file_public(path, public_path);
    char *whole = realpath(path, NULL); /* the config may lie elsewhere */
    printf("%s   the private key: keep it secret, and a copy of it safe\n"
           "%s   the public key: give it to partners, who verify answers with it\n\n"
           "In the node's config, and then start the node again:\n\n"
           "  [soap]\n"
           "  node_key = %s\n",
           path, public_path, whole == NULL ? path : whole);
    free(whole);
    return COMMAND_OK;
}

/* ---- Partners' ---------------------------------------------------------------------------- */

/* What a key is known by, for people. */
struct print {
    uint32_t bits;
    char sha256[2 * crypto_hash_sha256_BYTES + 1];
};

static bool print_of(const struct registry_key *key, struct print *print) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct dsig_public *public_ = dsig_public_read(key->der, key->der_size);
    print->bits = public_ == NULL ? 0 : dsig_public_bits(public_);
    crypto_hash_sha256(hash, key->der, key->der_size);
    sodium_bin2hex(print->sha256, sizeof(print->sha256), hash, sizeof(hash));
    dsig_public_free(public_);
    return print->bits > 0;
}

/* The agent or merchant whose key it is. *legacy: its legacy_signature. */
static int find_partner(struct ctl *ctl, uint64_t *login, bool *legacy) {
    struct ctl_record partner;
    char hint[CTL_TEXT];
    int code = ctl_record_start(ctl, &partner);
    code = code == COMMAND_OK ? ctl_record_read(ctl, &partner) : code;
    if (code != COMMAND_OK) {
        return code;
    }
    bool agent = partner.kind == REGISTRY_AGENT;
    *login = partner.record.agent.login; /* a merchant has it first, too */
    *legacy =
        agent ? partner.record.agent.legacy_signature : partner.record.merchant.legacy_signature;
    if (partner.version == LEDGER_VERSION_NEW) {
        const char *kind = registry_schemas[partner.kind].name;
        snprintf(hint, sizeof(hint), "there is no %s %" PRIu64 "; first: tiyn ctl %s add %" PRIu64,
                 kind, *login, kind, *login);
        return ctl_refused(ctl, LEDGER_RECORD_NOT_FOUND, hint);
    }
    return COMMAND_OK;
}

/* Fills key->der from a PEM file. */
static int read_public(const char *path, struct registry_key *key) {
    char why[KEY_FILE_WHY];
    struct buffer text;
    buffer_init(&text, KEY_FILE_MAX);
    int rc = key_file_read(path, &text, why);
    struct slice pem = {text.base, text.used};
    key->der_size =
        rc < 0 || text.used == 0 ? 0 : (uint32_t)dsig_public_pem(pem, key->der, sizeof(key->der));
    bool secret = text.used > 0 && memmem(text.base, text.used, "PRIVATE KEY", 11) != NULL;
    if (text.base != NULL) {
        sodium_memzero(text.base, text.used);
    }
    buffer_free(&text);
    if (rc < 0) {
        return cannot(why);
    }
    if (key->der_size == 0 && secret) {
        return command_usage("ctl",
                             "%s is a private key, which only its owner may have. Its public key: "
                             "openssl pkey -pubout -in FILE",
                             path);
    }
    return key->der_size > 0 ? COMMAND_OK
                             : command_usage("ctl",
                                             "%s is neither a public RSA key nor a certificate of "
                                             "one, in PEM",
                                             path);
}

static int check_bits(const struct print *print, uint64_t login, bool legacy) {
    if (print->bits < DSIG_KEY_BITS_MIN_LEGACY) {
        return command_usage("ctl", "an RSA key of %u bits can be broken: %d is the least",
                             print->bits, DSIG_KEY_BITS_MIN_LEGACY);
    }
    if (print->bits < DSIG_KEY_BITS_MIN && !legacy) {
        return command_usage("ctl",
                             "an RSA key of %u bits is taken of a partner with legacy_signature "
                             "only, and %" PRIu64 " has it not",
                             print->bits, login);
    }
    return COMMAND_OK;
}

/* The first number that nobody has, or under which this very key is. */
static int free_number(struct ctl *ctl, struct ctl_record *record) {
    struct registry_key *key = &record->record.key;
    for (uint32_t number = 1; number <= NUMBERS_MAX; number++) {
        struct ctl_record stored = {.kind = REGISTRY_KEY,
                                    .record.key = {.login = key->login, .number = number}};
        int code = ctl_record_read(ctl, &stored);
        if (code != COMMAND_OK) {
            return code;
        }
        const struct registry_key *other = &stored.record.key;
        bool same = other->der_size == key->der_size && !other->blocked &&
                    memcmp(other->der, key->der, key->der_size) == 0;
        if (stored.version == LEDGER_VERSION_NEW || same) {
            key->number = number;
            return COMMAND_OK;
        }
    }
    return command_usage("ctl", "give it a --number: those up to %u are taken", NUMBERS_MAX);
}

static int tell_added(const struct ctl *ctl, const struct registry_key *key,
                      const struct print *print, bool again) {
    if (ctl->json) {
        printf("{\"status\":\"%s\",\"number\":%u,\"bits\":%u,\"sha256\":\"%s\"}\n",
               ledger_status_name(again ? LEDGER_REPLAYED : LEDGER_DONE), key->number, print->bits,
               print->sha256);
        return COMMAND_OK;
    }
    printf("key %u of %" PRIu64 ": %s\n"
           "RSA, %u bits, SHA-256 of its DER %s\n"
           "Its requests have the certificateNumber %u.\n",
           key->number, key->login, again ? "was so already" : "done", print->bits, print->sha256,
           key->number);
    return COMMAND_OK;
}

static int number_of(const char *text, uint32_t *number) {
    uint64_t value = 0;
    if (!ctl_number("the key's number", text, &value)) {
        return COMMAND_USAGE;
    }
    *number = (uint32_t)value;
    return value <= INT32_MAX ? COMMAND_OK /* an xs:int of some client */
                              : command_usage("ctl", "a key's number is at most %d", INT32_MAX);
}

int ctl_partner_key_add(struct ctl *ctl) {
    struct ctl_record record = {.kind = REGISTRY_KEY, .version = LEDGER_VERSION_NEW};
    struct registry_key *key = &record.record.key;
    struct print print = {.bits = 0};
    bool legacy = false, again = false;
    if (xml_start() < 0) {
        return cannot("the XML library cannot start");
    }
    int code = read_public(ctl->arguments[1], key);
    code = code == COMMAND_OK ? find_partner(ctl, &key->login, &legacy) : code;
    if (code == COMMAND_OK) {
        (void)print_of(key, &print);
        code = check_bits(&print, key->login, legacy);
    }
    if (code == COMMAND_OK) {
        const char *number = ctl->options[CTL_NUMBER];
        code = number == NULL ? free_number(ctl, &record) : number_of(number, &key->number);
    }
    code = code == COMMAND_OK ? ctl_record_check(&record) : code;
    code = code == COMMAND_OK ? ctl_record_put(ctl, &record, &again) : code;
    return code == COMMAND_OK ? tell_added(ctl, key, &print, again) : code;
}

static int set_blocked(struct ctl *ctl, bool blocked) {
    struct ctl_record partner, record = {.kind = REGISTRY_KEY};
    char name[CTL_TEXT];
    bool again = false;
    int code = ctl_record_start(ctl, &partner);
    record.record.key.login = partner.record.agent.login;
    code = code == COMMAND_OK ? number_of(ctl->arguments[1], &record.record.key.number) : code;
    code = code == COMMAND_OK ? ctl_record_read(ctl, &record) : code;
    if (code == COMMAND_OK && record.version == LEDGER_VERSION_NEW) {
        return ctl_refused(ctl, LEDGER_RECORD_NOT_FOUND, "there is no key of this number");
    }
    record.record.key.blocked = blocked;
    code = code == COMMAND_OK ? ctl_record_put(ctl, &record, &again) : code;
    return code == COMMAND_OK ? ctl_done(ctl, ctl_record_name(&record, name), again) : code;
}

int ctl_partner_key_block(struct ctl *ctl) {
    return set_blocked(ctl, true);
}

int ctl_partner_key_unblock(struct ctl *ctl) {
    return set_blocked(ctl, false);
}

/* ---- Their list --------------------------------------------------------------------------- */

struct list {
    struct ctl_table table;
    uint32_t count;
};

static int add_row(struct ctl *ctl, void *context, const struct ctl_record *record) {
    struct list *list = context;
    const struct registry_key *key = &record->record.key;
    struct print print;
    char number[16], bits[16];
    (void)print_of(key, &print);
    snprintf(number, sizeof(number), "%u", key->number);
    snprintf(bits, sizeof(bits), "%u", print.bits);
    if (ctl->json) {
        printf("%s{\"login\":%" PRIu64 ",\"number\":%s,\"bits\":%s,\"sha256\":\"%s\","
               "\"blocked\":%s}",
               list->count == 0 ? "" : ",", key->login, number, bits, print.sha256,
               key->blocked ? "true" : "false");
    } else {
        ctl_table_add(&list->table, number);
        ctl_table_add(&list->table, bits);
        ctl_table_add(&list->table, print.sha256);
        ctl_table_add(&list->table, key->blocked ? "yes" : "no");
    }
    list->count++;
    return COMMAND_OK;
}

int ctl_partner_key_list(struct ctl *ctl) {
    static const char *const heads[] = {"NUMBER>", "BITS>", "SHA-256 OF ITS DER", "BLOCKED"};
    struct list list = {.count = 0};
    struct ctl_record partner;
    char prefix[CTL_FLAG_TEXT];
    int code = ctl_record_start(ctl, &partner);
    if (code != COMMAND_OK || xml_start() < 0) {
        return code == COMMAND_OK ? cannot("the XML library cannot start") : code;
    }
    snprintf(prefix, sizeof(prefix), "key/%" PRIu64 "/", partner.record.agent.login);
    ctl_table_start(&list.table, heads, sizeof(heads) / sizeof(heads[0]));
    fputs(ctl->json ? "{\"records\":[" : "", stdout);
    code = ctl_record_walk(ctl, REGISTRY_KEY, prefix, add_row, &list);
    if (ctl->json) {
        puts("]}");
    } else {
        ctl_table_print(&list.table);
        printf("%u keys, as of the last checkpoint\n", list.count);
    }
    return code;
}
