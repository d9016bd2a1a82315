#include "protocols/common/money.h"

#include "ledger/ledger.h"
#include "protocols/common/assert.h"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool money_parse(struct slice text, uint64_t *tiyn) {
    size_t at = 0;
    uint64_t value = 0;
    while (at < text.size && is_digit(text.base[at])) {
        value = value * 10 + (uint64_t)(text.base[at++] - '0');
        if (value > LEDGER_AMOUNT_MAX / 100)
            return false;
    }
    if (at == 0 || (at > 1 && text.base[0] == '0'))
        return false;
    uint64_t decimals = 0;
    if (at < text.size) {
        size_t count = text.size - at - 1;
        if (text.base[at] != '.' || count < 1 || count > 2)
            return false;
        for (size_t i = at + 1; i < text.size; i++) {
            if (!is_digit(text.base[i]))
                return false;
            decimals = decimals * 10 + (uint64_t)(text.base[i] - '0');
        }
        if (count == 1)
            decimals *= 10;
    }
    value = value * 100 + decimals;
    if (value > LEDGER_AMOUNT_MAX)
        return false;
    *tiyn = value;
    return true;
}

static const char *print(bool negative, uint64_t tiyn, char text[MONEY_TEXT]) {
    char digits[MONEY_TEXT];
    size_t count = 0, used = 0;
    do { /* from the last digit on; at least "0.00" */
        digits[count++] = (char)('0' + tiyn % 10);
        tiyn /= 10;
    } while (tiyn > 0 || count < 3);
    ASSERT(count + 3 <= MONEY_TEXT);
    if (negative)
        text[used++] = '-';
    while (count > 0) {
        text[used++] = digits[--count];
        if (count == 2)
            text[used++] = '.';
    }
    text[used] = '\0';
    return text;
}

const char *money_text(uint64_t tiyn, char text[MONEY_TEXT]) {
    return print(false, tiyn, text);
}

const char *money_text_signed(int64_t tiyn, char text[MONEY_TEXT]) {
    return tiyn < 0 ? print(true, 0 - (uint64_t)tiyn, text) : print(false, (uint64_t)tiyn, text);
}
