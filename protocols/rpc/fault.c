#include "protocols/rpc/fault.h"

#include <string.h>

#include "protocols/common/assert.h"

static const char *const places[] = {
#define X(name, text) text,
    RPC_PLACE_MAP(X)
#undef X
};

static const char *const expectations[] = {
#define X(name, text) text,
    RPC_EXPECTED_MAP(X)
#undef X
};

struct text {
    char *base;
    size_t used;
};

static void add(struct text *text, char c) {
    ASSERT(text->used < RPC_FAULT_TEXT - 1);
    text->base[text->used++] = c;
}

static void add_number(struct text *text, uint32_t number) {
    char digits[10];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0)
        add(text, digits[--count]);
}

static void add_text(struct text *text, const char *part, uint32_t leg) {
    for (; *part != '\0'; part++) {
        if (*part == '$')
            add_number(text, leg);
        else
            add(text, *part);
    }
}

const char *rpc_fault_text(const struct rpc_fault *fault, char text[RPC_FAULT_TEXT]) {
    ASSERT(fault->place > RPC_PLACE_NONE);
    ASSERT(fault->place < RPC_PLACE_COUNT && fault->expected < RPC_EXPECTED_COUNT);
    struct text out = {text, 0};
    if (fault->in_item) {
        add_text(&out, "payments[", 0);
        add_number(&out, fault->item);
        add_text(&out, fault->place == RPC_PLACE_PAYMENT ? "]" : "].", 0);
    }
    if (fault->map != RPC_PLACE_NONE) {
        add_text(&out, places[fault->map], 0);
        add(&out, '.');
    }
    add_text(&out, places[fault->place], fault->leg);
    if (fault->field != NULL) {
        add(&out, '.');
        add_text(&out, fault->field, 0);
    }
    add_text(&out, fault->text != NULL && fault->field == NULL ? ": " : ": expected ", 0);
    add_text(&out, fault->text != NULL ? fault->text : expectations[fault->expected], 0);
    text[out.used] = '\0';
    return text;
}
