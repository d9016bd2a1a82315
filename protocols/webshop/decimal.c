#include "protocols/webshop/decimal.h"

#include "protocols/common/money.h"

/* The digits at the start of *text, which moves behind them. */
static struct slice digits(struct slice *text) {
    struct slice all = *text;
    while (text->size > 0 && text->base[0] >= '0' && text->base[0] <= '9')
        *text = slice_after(*text, 1);
    all.size -= text->size;
    return all;
}

bool decimal_read(struct slice text, struct decimal *decimal) {
    text = decimal_trim(text);
    if (text.size > 0 && text.base[0] == '+')
        text = slice_after(text, 1);
    struct slice whole = digits(&text), fraction = {whole.base, 0};
    if (text.size > 0 && text.base[0] == '.') {
        text = slice_after(text, 1);
        fraction = digits(&text);
    }
    if (text.size > 0 || whole.size + fraction.size == 0)
        return false;
    while (whole.size > 0 && whole.base[0] == '0')
        whole = slice_after(whole, 1);
    while (fraction.size > 0 && fraction.base[fraction.size - 1] == '0')
        fraction.size--;
    *decimal = (struct decimal){whole, fraction};
    return true;
}

enum decimal_amount decimal_amount(struct slice text, uint64_t *tiyn) {
    char plain[MONEY_TEXT];
    struct decimal decimal;
    size_t size = 0;
    if (!decimal_read(text, &decimal) || decimal.fraction.size > 2)
        return DECIMAL_NONE;
    if (decimal.whole.size > MONEY_TEXT - 4)
        return DECIMAL_TOO_LARGE;
    if (decimal.whole.size == 0)
        plain[size++] = '0';
    memcpy(plain + size, decimal.whole.base, decimal.whole.size);
    size += decimal.whole.size;
    if (decimal.fraction.size > 0) {
        plain[size++] = '.';
        memcpy(plain + size, decimal.fraction.base, decimal.fraction.size);
        size += decimal.fraction.size;
    }
    return money_parse((struct slice){plain, size}, tiyn) ? DECIMAL_AMOUNT : DECIMAL_TOO_LARGE;
}

bool decimal_number(struct slice text, uint32_t *number) {
    struct decimal decimal;
    if (!decimal_read(text, &decimal) || decimal.fraction.size > 0 || decimal.whole.size > 9)
        return false;
    *number = 0;
    for (size_t i = 0; i < decimal.whole.size; i++)
        *number = *number * 10 + (uint32_t)(decimal.whole.base[i] - '0');
    return true;
}
