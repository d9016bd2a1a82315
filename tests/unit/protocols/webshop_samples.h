/* webshop_samples.h - each of the buyer's pages as a customer may see it, by name: for the tests,
 * and for eyes. The names are those of files: "login-wrong". */
#ifndef TESTS_UNIT_PROTOCOLS_WEBSHOP_SAMPLES_H
#define TESTS_UNIT_PROTOCOLS_WEBSHOP_SAMPLES_H

#include "protocols/webshop/texts.h"

/* What the pages are about. The values may be anything. */
struct sample_words {
    const char *shop, *invoice, *merchant, *code, *item, *description, *login, *request, *state;
    const char *link, *self, *field;
    uint32_t items;
};
extern const struct sample_words sample_plain, sample_long;

/* The page number 0, 1, ...; false: there are no more of them. */
bool sample_page(unsigned number, const struct sample_words *words, enum webshop_language language,
                 char name[64], struct buffer *out);

extern const char *const sample_languages[WEBSHOP_LANGUAGES]; /* "ru", ... */

#endif
