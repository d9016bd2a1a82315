#include "protocols/common/operation.h"

uint16_t operation_number(struct slice name) {
#define X(number, symbol, text)                                                                    \
    if (slice_equal(name, SLICE(text)))                                                            \
        return number;
    OPERATION_MAP(X)
#undef X
    return 0;
}

const char *operation_name(uint16_t number) {
    switch (number) {
#define X(value, symbol, text)                                                                     \
    case value:                                                                                    \
        return text;
        OPERATION_MAP(X)
#undef X
    default:
        return NULL;
    }
}
