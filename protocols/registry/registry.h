/* registry.h - what an operator sets at runtime: clients, agents, merchants, terminals, partners'
 * keys, tariffs, limits, operators. Their records in the ledger's registry, as bytes and as
 * structs. Pure; any thread. Money is tiyn.
 *
 * A record's key is text: "client/77072734954", "agent/72222222221", "merchant/72222222229",
 * "terminal/T0001", "key/72222222221/1", "tariff/cash_in/72222222221/any", "limits/identified",
 * "operator/aigerim", "service/185", "network/kaspi". Its value is a MessagePack map from field
 * names to values. One table of fields for each kind drives reading, writing, checking, printing,
 * and the options of `tiyn ctl`. A field that a record does not have is 0 or ""; one that is
 * unknown is refused. */
#ifndef PROTOCOLS_REGISTRY_REGISTRY_H
#define PROTOCOLS_REGISTRY_REGISTRY_H

#include "ledger/ledger.h"
#include "protocols/adapter.h"
#include "protocols/common/slice.h"

#define REGISTRY_NAME_MAX 64        /* bytes of UTF-8 of a person's name, with NUL      */
#define REGISTRY_TITLE_MAX 128      /* of a company's, with NUL                         */
#define REGISTRY_ADDRESSES_MAX 512  /* bytes of an address list, with NUL              */
#define REGISTRY_KEY_DER_MAX 1040   /* bytes of a public key: RSA-8192                  */
#define REGISTRY_TERMINAL_MAX 33    /* bytes of a terminal id, with NUL                 */
#define REGISTRY_PASSWORD_MAX 129   /* bytes of crypto_pwhash_str, with NUL             */
#define REGISTRY_HASH_TEXT 65       /* bytes of 256 bits in hexadecimal, with NUL       */
#define REGISTRY_WALLETS_MAX 8      /* of a merchant                                    */
#define REGISTRY_WEBHOOK_MAX 95     /* bytes of "whsec_" and a key's base64, with NUL   */
#define REGISTRY_WEBHOOK_KEY_MIN 24 /* bytes of the key: what Standard Webhooks allows  */
#define REGISTRY_WEBHOOK_KEY_MAX 64

enum registry_kind {
    REGISTRY_CLIENT,
    REGISTRY_AGENT,
    REGISTRY_MERCHANT,
    REGISTRY_TERMINAL,
    REGISTRY_KEY, /* of a partner: an agent or a merchant, by its login */
    REGISTRY_TARIFF,
    REGISTRY_LIMITS,
    REGISTRY_OPERATOR,
    REGISTRY_SERVICE,
    REGISTRY_NETWORK,
    REGISTRY_KINDS
};

/* A participant's login is 8 to 11 digits, as a number; its account has that id unless it says
 * otherwise. */
struct registry_client {
    uint64_t login, account;
    char first_name[REGISTRY_NAME_MAX], last_name[REGISTRY_NAME_MAX];
    char patronymic[REGISTRY_NAME_MAX];
    char iin[13]; /* 12 digits or "" */
    char password[REGISTRY_PASSWORD_MAX];
    bool identified, blocked;
    bool own_limits; /* its account's limits are its own, not those of its class */
};

enum registry_privilege { /* names: registry_privilege_name, such as "CASH_IN" */
                          PRIVILEGE_CHECK_USER = 1,
                          PRIVILEGE_BALANCE = 2,
                          PRIVILEGE_CASH_IN = 4,
                          PRIVILEGE_CASH_IN_AVTOBYS = 8,
                          PRIVILEGE_CASH_OUT = 16,
                          PRIVILEGE_CASH_OUT_WITHOUT_TOKEN = 32,
                          PRIVILEGE_PAY_FOR_GOODS = 64,
                          PRIVILEGE_PAY_FOR_SERVICES = 128,
                          PRIVILEGE_VOSTOK_PLAT = 256,
};
#define PRIVILEGES_ALL 511u

enum registry_algorithm { ANSWER_AS_ASKED, ANSWER_SHA256 };

struct registry_agent {
    uint64_t login, account; /* the float; its overdraft is the account's floor */
    char name[REGISTRY_TITLE_MAX];
    char addresses[REGISTRY_ADDRESSES_MAX]; /* "10.0.0.0/8 2001:db8::1"; "": from anywhere */
    uint32_t privileges;                    /* a set of enum registry_privilege */
    uint32_t answer_algorithm;              /* enum registry_algorithm          */
    bool legacy_signature, ascii_answers, blocked;
};

/* How a merchant's shop is told what became of a checkout; protocols/webshop/. */
enum registry_callback {
    CALLBACK_WEBSHOP,
    CALLBACK_WEBHOOK
}; /* signed XML, or JSON with an HMAC */
enum registry_status_style { STATUS_AS_NAME, STATUS_AS_NUMBER }; /* in the signed XML            */

struct registry_merchant {
    uint64_t login;
    char name[REGISTRY_TITLE_MAX];
    uint64_t wallets[REGISTRY_WALLETS_MAX]; /* account ids; the first is the default */
    uint32_t wallet_count;
    uint32_t callback;                         /* enum registry_callback     */
    uint32_t status_style;                     /* enum registry_status_style */
    char webhook_secret[REGISTRY_WEBHOOK_MAX]; /* "whsec_..." or "" */
    bool legacy_signature, blocked;
    bool shows_buyers; /* it may see the logins of those who pay */
};

struct registry_terminal {
    char id[REGISTRY_TERMINAL_MAX]; /* letters and digits */
    uint64_t merchant, wallet;      /* login; one of the merchant's wallets, 0: its default */
    char name[REGISTRY_TITLE_MAX];  /* where it stands */
    bool blocked;
};

struct registry_key {
    uint64_t login; /* of the partner */
    uint32_t number;
    uint8_t der[REGISTRY_KEY_DER_MAX]; /* SubjectPublicKeyInfo */
    uint32_t der_size;
    bool blocked;
};

enum registry_payer { PAYER_AGENT = 1, PAYER_CLIENT = 2, PAYER_MERCHANT = 3 };

struct registry_tariff {
    uint16_t operation;               /* enum operation */
    uint64_t agent, merchant;         /* logins; 0: any */
    uint32_t percent;                 /* in 1/10,000 of the amount */
    uint64_t fixed, minimum, maximum; /* tiyn; maximum 0: none */
    uint32_t payer;                   /* enum registry_payer */
    bool off;                         /* no fee, and no look at a less particular tariff */
};

struct registry_limits { /* of the wallets of a class of clients */
    bool identified;
    uint64_t ceiling, day_limit, month_limit; /* LEDGER_NO_CEILING: none */
};

struct registry_operator {
    char name[REGISTRY_NAME_MAX]; /* letters, digits, '.', '-', '_' */
    char role[REGISTRY_NAME_MAX]; /* "viewer", "operator", "finance", "administrator" */
    bool blocked;
};

/* What a client can pay for; a provider is called for each payment. */
struct registry_service {
    uint64_t code; /* public: what agents send                                       */
    char name[REGISTRY_TITLE_MAX];
    uint64_t merchant, wallet;        /* login; one of its wallets, 0: its default           */
    uint32_t provider;                /* number of the provider in the config                */
    uint64_t provider_code;           /* the provider's number of the service, or 0          */
    char pattern[REGISTRY_TITLE_MAX]; /* of accounts, POSIX extended, no repeated groups; "": any */
    uint64_t minimum, maximum;        /* tiyn; maximum 0: none                         */
    char maintenance[REGISTRY_TITLE_MAX]; /* "02:00-04:00 23:30-23:59", each day, UTC+5 */
    bool blocked;
};

/* A bank or payment network that calls us: protocols/checkpay/. */
struct registry_network {
    uint64_t login, account;         /* in whose name it pays; its float                      */
    char name[REGISTRY_NAME_MAX];    /* lower-case letters, digits, '.', '-', '_': in its URL */
    char profile[REGISTRY_NAME_MAX]; /* the dialect's name: "osmp"                         */
    char addresses[REGISTRY_ADDRESSES_MAX]; /* that it calls from: never "from anywhere"   */
    char user[REGISTRY_NAME_MAX];           /* of Basic authentication; "": none           */
    char password_hash[REGISTRY_HASH_TEXT]; /* BLAKE2b-256 of the password, hexadecimal    */
    uint64_t wallet_service;   /* its number for top-ups of clients' wallets; 0: none said */
    uint64_t merchant_service; /* for payments to merchants, by their login; 0: it has none */
    bool blocked;
};

union registry_record {
    struct registry_client client;
    struct registry_agent agent;
    struct registry_merchant merchant;
    struct registry_terminal terminal;
    struct registry_key key;
    struct registry_tariff tariff;
    struct registry_limits limits;
    struct registry_operator operator_;
    struct registry_service service;
    struct registry_network network;
};

/* ---- Fields ---- */

enum registry_type {
    REGISTRY_LOGIN,       /* uint64_t, 8 to 11 digits                                   */
    REGISTRY_ACCOUNT,     /* uint64_t, an account id                                    */
    REGISTRY_AMOUNT,      /* uint64_t tiyn; text: decimal KZT, or "none" for NO_CEILING */
    REGISTRY_NUMBER,      /* uint32_t                                                   */
    REGISTRY_BOOL,        /* bool; text: "yes", "no"                                    */
    REGISTRY_TEXT,        /* char[size], UTF-8 without control characters               */
    REGISTRY_DIGITS,      /* char[size], exactly size - 1 digits, or ""                 */
    REGISTRY_CHOICE,      /* uint32_t; text: one of `choices`, by index                 */
    REGISTRY_SET,         /* uint32_t; text: some of `choices` by bit, with commas      */
    REGISTRY_OPERATION,   /* uint16_t; text: an operation's name                        */
    REGISTRY_ADDRESSES,   /* char[size]: addresses and CIDR ranges with blanks          */
    REGISTRY_ACCOUNTS,    /* uint64_t[]; their count is the uint32_t behind the array   */
    REGISTRY_BYTES,       /* uint8_t[]; their count is the uint32_t behind the array    */
    REGISTRY_TERMINAL_ID, /* char[size]: letters and digits                            */
    REGISTRY_CODE,        /* uint64_t, up to 18 digits                                 */
    REGISTRY_PATTERN,     /* char[size]: a POSIX extended regular expression           */
    REGISTRY_WINDOWS      /* char[size]: "HH:MM-HH:MM" with blanks                     */
};

struct registry_field {
    const char *name; /* "first_name"; the option of ctl is --first-name */
    enum registry_type type;
    uint32_t offset, size;      /* in the struct; bytes of arrays */
    bool in_key;                /* part of the record's key, not of its value */
    bool required;              /* a record without it is refused             */
    bool secret;                /* not printed                                */
    const char *const *choices; /* NULL at the end                       */
};

struct registry_schema {
    const char *name; /* "client"; first word of its keys, too */
    const struct registry_field *fields;
    uint32_t field_count;
    size_t size; /* of the struct */
};
extern const struct registry_schema registry_schemas[REGISTRY_KINDS];

/* The kind of "client" or of a key "client/...", or REGISTRY_KINDS. */
enum registry_kind registry_kind_of(struct slice name_or_key);
/* The field of that name, or NULL. */
const struct registry_field *registry_field_of(enum registry_kind kind, struct slice name);

/* Sets a field of a record from text, as in a ctl option or a CSV column. False: *why (static text)
 * says what is expected. */
bool registry_set(enum registry_kind kind, void *record, const struct registry_field *field,
                  struct slice text, const char **why);
/* Appends the field's value as text, such as registry_set takes. */
void registry_print(const void *record, const struct registry_field *field, struct buffer *out);

/* ---- Bytes ---- */

/* The key of a record, from its key fields: text in key[LEDGER_KEY_MAX]; returns its size. */
size_t registry_key(enum registry_kind kind, const void *record, char key[LEDGER_KEY_MAX]);
/* The value: bytes in value[LEDGER_VALUE_MAX]; returns the size, 0: does not fit. The record passed
 * registry_check. Deterministic: the same record gives the same bytes. */
size_t registry_write(enum registry_kind kind, const void *record, uint8_t *value);
/* Fills *record (the kind's struct) from key and value, each field valid by its type. False: they
 * are not well-formed; *why. */
bool registry_read(enum registry_kind kind, struct slice key, struct slice value, void *record,
                   const char **why);
/* Checks a whole record: required fields, ranges, what must hold between fields. */
bool registry_check(enum registry_kind kind, const void *record, const char **why);

/* What is wrong with a record; static texts. */
struct registry_fault {
    const char *field; /* its name; NULL: none in particular, `why` says it all */
    const char *why;   /* what is expected of the field; NULL: it is missing    */
};
/* registry_read and registry_check in one. False: *fault. */
bool registry_take(enum registry_kind kind, struct slice key, struct slice value, void *record,
                   struct registry_fault *fault);

/* ---- Finding, as the newest durable state has it ---- */

/* BROKEN: what is stored is no such record. BUSY: it cannot be read now, ask again. */
enum registry_found { REGISTRY_FOUND, REGISTRY_ABSENT, REGISTRY_BROKEN, REGISTRY_BUSY };
/* The key fields of *record are set; the rest is filled in. */
enum registry_found registry_find(const struct adapter_env *env, enum registry_kind kind,
                                  void *record);

/* The bytes of a merchant's webhook_secret, which are the key of its HMACs; 0: it is none. */
size_t registry_webhook_key(const char *secret, uint8_t key[REGISTRY_WEBHOOK_KEY_MAX]);

/* The names of choices. NULL at the end. */
extern const char *const registry_privileges[];
extern const char *const registry_payers[];

/* True when the address (text) is in the list; an empty list has all. False for a bad address. */
bool registry_address_allowed(const char *list, struct slice address);

/* ---- Services ---- */

/* Whether the account is one of the service's: its pattern matches the whole of it. 1 to 200 bytes.
 */
bool registry_account_matches(const struct registry_service *service, struct slice account);
/* Whether the service rests for maintenance at that time. */
bool registry_in_maintenance(const struct registry_service *service, uint64_t time_ns);

/* ---- Tariffs ---- */

/* Of a payment: the first tariff that there is for (operation, agent, merchant), (operation, agent,
 * any), (operation, any, merchant), (operation, any, any). merchant 0: the payment has none.
 * REGISTRY_ABSENT: no fee. */
enum registry_found registry_tariff_find(const struct adapter_env *env, uint16_t operation,
                                         uint64_t agent, uint64_t merchant,
                                         struct registry_tariff *tariff);
/* The fee in tiyn on `amount` (1..LEDGER_AMOUNT_MAX): percent half-up, plus fixed, not below the
 * minimum, not above the maximum. False: too large for the ledger. */
bool registry_fee(const struct registry_tariff *tariff, uint64_t amount, uint64_t *fee);

/* What the tariff of a payment charges, and whom. */
struct registry_parties {
    uint64_t agent, merchant; /* logins; 0: there is none */
    uint64_t accounts[4];     /* who can pay, by enum registry_payer; 0: there is none */
};
struct registry_charge {
    uint64_t fee;   /* tiyn; 0: nothing */
    uint64_t payer; /* account, when there is a fee */
};
/* FOUND, also when there is no fee. BUSY: as registry_find. BROKEN: the tariff cannot be applied,
 * since its payer is none of the payment's parties, or the fee too large. */
enum registry_found registry_charge_find(const struct adapter_env *env, uint16_t operation,
                                         const struct registry_parties *parties, uint64_t amount,
                                         struct registry_charge *charge);

/* The limits of a client's class, or these when the operator set none: not identified 200,000.00
 * largest balance and a day, 500,000.00 a month; identified 3,000,000.00, 1,000,000.00 a day,
 * 5,000,000.00 a month. BROKEN, BUSY: as registry_find; never ABSENT. */
enum registry_found registry_limits_find(const struct adapter_env *env, bool identified,
                                         struct registry_limits *limits);
void registry_limits_default(bool identified, struct registry_limits *limits);

#endif
