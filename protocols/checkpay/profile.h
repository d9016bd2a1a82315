/* profile.h - a dialect of check/pay as data: what an INI text says, checked. Everything else here
 * goes by it. Read-only after it was read, and shared by all threads. */
#ifndef PROTOCOLS_CHECKPAY_PROFILE_H
#define PROTOCOLS_CHECKPAY_PROFILE_H

#include "protocols/outbound.h"

#define CHECKPAY_URL_MAX 1024      /* bytes of a provider's base URL, with NUL                  */
#define CHECKPAY_NAME_MAX 64       /* of a parameter's or a tag's name, with NUL                */
#define CHECKPAY_TEXT_MAX 200      /* of a value: an INI line has no more, with NUL             */
#define CHECKPAY_PARAMETERS_MAX 24 /* of a command: OSMP's own are 8, and data1..dataN          */
#define CHECKPAY_CODES_MAX 64      /* of a dialect: OSMP has 13                                 */
#define CHECKPAY_ACCOUNT_MAX 200   /* bytes of an account: the longest that the field has       */
#define CHECKPAY_INBOUND_ID_MAX 32 /* bytes of a network's id: the longest dialect's is 28      */
#define CHECKPAY_STEPS 2           /* enum outbound_step                                        */

enum checkpay_method { CHECKPAY_GET, CHECKPAY_POST };
enum checkpay_format { CHECKPAY_XML, CHECKPAY_JSON };
enum checkpay_unit { CHECKPAY_TENGE, CHECKPAY_TIYN }; /* of a sum: 200.00 or 20000 */
enum checkpay_charset { CHECKPAY_UTF8, CHECKPAY_CP1251 };
enum checkpay_alphabet { CHECKPAY_DIGITS, CHECKPAY_VISIBLE }; /* of ids: any visible ASCII */

/* What a network asks for. */
enum checkpay_command {
    CHECKPAY_CHECK,
    CHECKPAY_PAY,
    CHECKPAY_STATUS,
    CHECKPAY_CANCEL,
    CHECKPAY_COMMANDS
};

/* How a network's request ended: each dialect has a code of its own for it.
 * X(NAME, "key in [outcomes]", required) */
/* clang-format off */
#define CHECKPAY_OUTCOME_MAP(X) \
    X(DONE,            "ok",              true)  \
    X(ACCOUNT_FORMAT,  "account_format",  true)  \
    X(NO_ACCOUNT,      "no_account",      true)  \
    X(BLOCKED,         "blocked",         true)  /* the account is                         */ \
    X(BELOW_MINIMUM,   "below_minimum",   true)  \
    X(ABOVE_MAXIMUM,   "above_maximum",   true)  /* or above a limit of the account        */ \
    X(IN_PROGRESS,     "in_progress",     true)  /* the network asks again                 */ \
    X(TEMPORARY,       "temporary",       true)  /* our fault: the network asks again      */ \
    X(CONFLICT,        "conflict",        true)  /* the id was used for something else     */ \
    X(NOT_ALLOWED,     "not_allowed",     true)  \
    X(UNKNOWN_COMMAND, "unknown_command", true)  \
    X(BAD_ID,          "bad_id",          true)  \
    X(BAD_SUM,         "bad_sum",         true)  \
    X(BAD_DATE,        "bad_date",        true)  \
    X(NOT_FOUND,       "not_found",       false) /* status, cancel: no such payment        */ \
    X(CANNOT_CANCEL,   "cannot_cancel",   false)
/* clang-format on */
enum checkpay_outcome {
#define X(name, key, required) CHECKPAY_##name,
    CHECKPAY_OUTCOME_MAP(X)
#undef X
        CHECKPAY_OUTCOMES
};

/* The values that a utility's answer carries, by our names: "owner" and so on. */
#define CHECKPAY_MAPPED 7

struct checkpay_parameter {
    char name[CHECKPAY_NAME_MAX];
    char text[CHECKPAY_TEXT_MAX]; /* a template: text and {id}, {account}, ... */
};

struct checkpay_code {
    int32_t number;
    uint8_t meaning[CHECKPAY_STEPS]; /* enum outbound_verdict */
};

/* Names of tags or JSON members; "" where the dialect has none. */
struct checkpay_names {
    char root[CHECKPAY_NAME_MAX]; /* JSON: "" for an answer that is itself the object */
    char code[CHECKPAY_NAME_MAX], id[CHECKPAY_NAME_MAX], provider_id[CHECKPAY_NAME_MAX];
    char sum[CHECKPAY_NAME_MAX], comment[CHECKPAY_NAME_MAX], date[CHECKPAY_NAME_MAX];
    char fields[CHECKPAY_NAME_MAX], field_name[CHECKPAY_NAME_MAX], field_text[CHECKPAY_NAME_MAX];
};

struct checkpay_profile {
    /* [dialect] */
    uint32_t method; /* enum checkpay_method */
    char path[CHECKPAY_TEXT_MAX];
    char date_format[CHECKPAY_NAME_MAX]; /* %Y %m %d %H %M %S and what stands between */
    int32_t zone_s;                      /* seconds that its clock is ahead of UTC    */
    uint32_t sum_unit;                   /* enum checkpay_unit                        */
    uint32_t sum_decimals;               /* 0..2, of a sum in tenge                   */
    char sum_separator;
    uint64_t check_sum; /* tiyn that a check says when it has no sum; 0: it says none */
    uint32_t id_max, id_alphabet, account_max;
    /* [check], [pay] */
    struct checkpay_parameter parameters[CHECKPAY_STEPS][CHECKPAY_PARAMETERS_MAX];
    uint32_t parameter_count[CHECKPAY_STEPS];
    /* [answer] */
    uint32_t format, charset; /* charset: of an answer that does not say its own */
    struct checkpay_names names;
    /* [codes] */
    struct checkpay_code codes[CHECKPAY_CODES_MAX], other; /* other: any code that is not there */
    uint32_t code_count;
    /* [fields] */
    char mapped[CHECKPAY_MAPPED][OUTBOUND_FIELD_MAX]; /* the answer's name of each, or "" */
    /* [inbound], [outcomes] */
    char command[CHECKPAY_NAME_MAX], commands[CHECKPAY_COMMANDS][CHECKPAY_NAME_MAX];
    char id[CHECKPAY_NAME_MAX], account[CHECKPAY_NAME_MAX], sum[CHECKPAY_NAME_MAX];
    char date[CHECKPAY_NAME_MAX], service[CHECKPAY_NAME_MAX];
    int32_t outcomes[CHECKPAY_OUTCOMES];

    bool outbound, inbound; /* which sides the text tells of */
    char base_url[CHECKPAY_URL_MAX];
};

extern const char *const checkpay_mapped_names[CHECKPAY_MAPPED]; /* "owner", ... */

#endif
