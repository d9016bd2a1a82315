/* check.h - what the tests of this folder share: Criterion, and scripts (tests/lib/script.h). */
#ifndef TESTS_UNIT_LEDGER_CHECK_H
#define TESTS_UNIT_LEDGER_CHECK_H

#include "tests/lib/script.h"

#include <criterion/criterion.h>

static inline void check(const char *script) {
    const char *why = script_run(script);
    cr_assert(why == NULL, "%s", why);
}

#endif
