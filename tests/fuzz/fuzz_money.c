/* Amounts and dates: what is read is printed as a text which reads as the same. */
#include <stdlib.h>

#include "ledger/ledger.h"
#include "protocols/common/date.h"
#include "protocols/common/money.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool holds) {
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct slice text = {(const char *)bytes, size};
    uint64_t tiyn = 0, again = 0;
    uint32_t date = 0;
    char money[MONEY_TEXT], day[DATE_TEXT];
    if (money_parse(text, &tiyn)) {
        check(tiyn <= LEDGER_AMOUNT_MAX);
        check(money_parse(slice_text(money_text(tiyn, money)), &again) && again == tiyn);
    }
    if (date_parse(text, &date))
        check(date_valid(date) && slice_equal(slice_text(date_text(date, day)), text));
    return 0;
}
