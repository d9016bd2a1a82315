/* texts.c - the texts of texts.h by number and language. */
#include "protocols/webshop/texts.h"

#include "protocols/common/assert.h"

const struct html_text webshop_texts[TEXTS] = {
#define X(name, ru, kk, en)                                                                        \
    [TEXT_##name] = {#name, {[WEBSHOP_RU] = ru, [WEBSHOP_KK] = kk, [WEBSHOP_EN] = en}},
    WEBSHOP_TEXT_MAP(X)
#undef X
};

static const char *const codes[WEBSHOP_FAULTS] = {[WEBSHOP_SOUND] = "",
#define X(name, status) [WEBSHOP_##name] = #name,
                                                  WEBSHOP_FAULT_MAP(X)
#undef X
};

const char *webshop_text(enum webshop_text text, enum webshop_language language) {
    ASSERT(text < TEXTS);
    ASSERT(language < WEBSHOP_LANGUAGES);
    return webshop_texts[text].in[language];
}

const char *webshop_fault_code(enum webshop_fault fault) {
    ASSERT(fault < WEBSHOP_FAULTS);
    return codes[fault];
}
