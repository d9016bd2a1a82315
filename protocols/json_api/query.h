/* query.h - the parameters behind the '?' of a path. Pure; any thread. */
#ifndef PROTOCOLS_JSON_API_QUERY_H
#define PROTOCOLS_JSON_API_QUERY_H

#include "protocols/adapter.h"

#define QUERY_VALUE_MAX LEDGER_REFERENCE_MAX /* bytes, decoded */

struct query_value {
    bool present;
    size_t size;
    char bytes[QUERY_VALUE_MAX]; /* percent-decoded; '+' is a blank, as in forms */
};

/* Finds the parameters: values[i] is that of names[i]. False: unknown, twice, too long or badly
 * encoded; the reply is complete. */
bool query_read(struct slice query, const char *const *names, size_t count,
                struct query_value *values, struct adapter_reply *reply);

/* Decimal digits without sign or leading zero, up to max. */
bool query_number(struct slice text, uint64_t max, uint64_t *number);

#endif
