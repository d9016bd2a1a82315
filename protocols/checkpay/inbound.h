/* inbound.h - a dialect the other way round: a bank or a payment network asks us. Pure; any
 * thread. */
#ifndef PROTOCOLS_CHECKPAY_INBOUND_H
#define PROTOCOLS_CHECKPAY_INBOUND_H

#include "protocols/checkpay/profile.h"

/* What a network asks. Texts are NUL-terminated; empty: not said. */
struct checkpay_asked {
    enum checkpay_command command;
    char id[CHECKPAY_INBOUND_ID_MAX + 1]; /* the network's own, as it came */
    char account[CHECKPAY_ACCOUNT_MAX + 1];
    uint64_t amount;  /* tiyn; of a check 0: not said, or in no form               */
    uint64_t service; /* 0: not said                                               */
    uint32_t day;     /* yyyymmdd that a pay counts for; 0: the profile has no date */
};

/* Reads the parameters (of a query or a form, percent-encoded). DONE, or what to answer; what could
 * be read until then is in *asked: the id, to be repeated. now_ns: a date far from it is none. */
enum checkpay_outcome checkpay_asked_read(const struct checkpay_profile *profile,
                                          struct slice parameters, uint64_t now_ns,
                                          struct checkpay_asked *asked);

/* What a network is told. */
struct checkpay_told {
    enum checkpay_outcome outcome;
    struct slice id;  /* the network's; empty: it said none                */
    uint64_t payment; /* ours; 0: there is none                            */
    uint64_t amount;  /* tiyn of that payment                              */
    uint64_t time_ns; /* when it was first made                            */
};

/* Appends the whole body. */
void checkpay_tell(const struct checkpay_profile *profile, const struct checkpay_told *told,
                   struct buffer *out);
const char *checkpay_content_type(const struct checkpay_profile *profile);

#endif
