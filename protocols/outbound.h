/* outbound.h - the contract of an outbound integration: what the node asks a provider, and what its
 * answer means. It translates: no I/O, no clock, no randomness. Any thread; a profile is read-only
 * after it was read, and shared.
 *
 * The golden rule: on `pay`, whatever is not a final answer by the provider's own words (a
 * time-out, a broken connection, an HTTP error, garbage, an unknown code) is AGAIN: the same
 * request with the same id is made once more. On `check`, which moves nothing, such an answer is
 * AGAIN too, and the caller decides how long it asks. */
#ifndef PROTOCOLS_OUTBOUND_H
#define PROTOCOLS_OUTBOUND_H

#include "ledger/ledger.h"
#include "protocols/common/buffer.h"
#include "protocols/common/slice.h"

#define OUTBOUND_PROVIDER_ID_MAX 64 /* bytes of the provider's id of a payment, with NUL      */
#define OUTBOUND_COMMENT_MAX 256    /* of its words for a person, UTF-8, with NUL             */
#define OUTBOUND_FIELDS_MAX 16      /* named values of an answer, such as name and address    */
#define OUTBOUND_FIELD_MAX 128      /* bytes of a name or a value, with NUL                   */
#define OUTBOUND_ANSWER_MAX 262144  /* bytes of a body; what is longer is no answer           */
#define OUTBOUND_PROFILE_MAX 65536  /* bytes of a profile's text                              */

/* What a payment's deliver_to says when its shop is told: no provider has this number. */
#define WEBSHOP_DELIVER_TO UINT32_MAX

enum outbound_step { OUTBOUND_CHECK, OUTBOUND_PAY };

/* What is asked for. All slices live until the call returns. */
struct outbound_payment {
    uint64_t id;          /* ours, for ever the same: of the payment, or of the check        */
    uint64_t amount;      /* tiyn to the provider's account; of a check 0: not said          */
    uint64_t time_ns;     /* when the payment was opened; the same on repeats      */
    uint64_t service;     /* the provider's number of the service                            */
    struct slice account; /* the subscriber's, UTF-8                                         */
};

struct outbound_request {
    const char *method;       /* "GET", "POST"; static                                          */
    const char *content_type; /* of the body, static; NULL: none                                */
    struct buffer *url;       /* whole, with its query                                          */
    struct buffer *body;      /* of a POST                                                      */
};

enum outbound_verdict {
    OUTBOUND_OK,      /* final: the provider has it                    */
    OUTBOUND_REFUSED, /* final: the provider will never have it        */
    OUTBOUND_AGAIN,   /* not known, or not yet: ask again, the same id */
};

/* "ok", "refused", "again"; of another number "?". */
static inline const char *outbound_verdict_name(unsigned verdict) {
    return verdict == OUTBOUND_OK        ? "ok"
           : verdict == OUTBOUND_REFUSED ? "refused"
           : verdict == OUTBOUND_AGAIN   ? "again"
                                         : "?";
}

struct outbound_field {
    char name[OUTBOUND_FIELD_MAX], value[OUTBOUND_FIELD_MAX]; /* UTF-8, NUL-terminated */
};

struct outbound_answer {
    enum outbound_verdict verdict;
    int32_t code; /* the provider's, or OUTBOUND_NO_CODE                                    */
    bool known;   /* the profile knows the code; else the operator is told                  */
    char provider_id[OUTBOUND_PROVIDER_ID_MAX];
    char comment[OUTBOUND_COMMENT_MAX];
    uint32_t field_count;
    struct outbound_field fields[OUTBOUND_FIELDS_MAX];
};
#define OUTBOUND_NO_CODE INT32_MIN

/* What a person must mend in a profile. */
struct outbound_fault {
    uint32_t line; /* from 1; 0: the whole file */
    char text[200];
};

/* A dialect of a provider: protocols/checkpay/. */
struct checkpay_profile; /* opaque */
/* Reads a profile's text (INI); base_url: the provider's, from the config. NULL: *fault says what
 * and where. */
struct checkpay_profile *checkpay_profile_read(struct slice text, const char *base_url,
                                               struct outbound_fault *fault);
void checkpay_profile_free(struct checkpay_profile *profile);
/* False: the payment cannot be said in this dialect (an account or a sum that it has no form for).
 */
bool checkpay_request(const struct checkpay_profile *profile, enum outbound_step step,
                      const struct outbound_payment *payment, struct outbound_request *request);
/* http_status 0: there was no answer. Never fails: what is not understood is AGAIN. */
void checkpay_answer(const struct checkpay_profile *profile, enum outbound_step step,
                     const struct outbound_payment *payment, uint32_t http_status,
                     struct slice body, struct outbound_answer *answer);

#endif
