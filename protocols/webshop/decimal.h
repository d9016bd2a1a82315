/* decimal.h - XML Schema's decimals, by value: "5", " 5.00 " and "+05." are one. Pure; any thread.
 */
#ifndef PROTOCOLS_WEBSHOP_DECIMAL_H
#define PROTOCOLS_WEBSHOP_DECIMAL_H

#include <stdint.h>

#include "protocols/common/slice.h"

/* Digits as borrowed from the text, without zeros that say nothing; 0 has none. */
struct decimal {
    struct slice whole, fraction;
};

/* What xs:whiteSpace collapse takes off both ends. */
static inline struct slice decimal_trim(struct slice text) {
    return slice_trim(text, " \t\r\n");
}

/* False: it is no decimal, or below zero. */
bool decimal_read(struct slice text, struct decimal *decimal);

enum decimal_amount {
    DECIMAL_AMOUNT,
    DECIMAL_NONE,      /* no decimal, below zero, or with a part of a tiyn */
    DECIMAL_TOO_LARGE, /* above LEDGER_AMOUNT_MAX                          */
};
enum decimal_amount decimal_amount(struct slice text, uint64_t *tiyn);

/* A whole number of at most 9 digits. */
bool decimal_number(struct slice text, uint32_t *number);

#endif
