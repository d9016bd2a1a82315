/* language.c - which language a buyer's page is in. */
#include "protocols/webshop/webshop.h"

bool webshop_language_named(struct slice name, enum webshop_language *language) {
    static const struct slice names[WEBSHOP_LANGUAGES] = {
        [WEBSHOP_RU] = {"ru", 2}, [WEBSHOP_KK] = {"kk", 2}, [WEBSHOP_EN] = {"en", 2}};
    for (unsigned i = 0; i < WEBSHOP_LANGUAGES; i++) {
        if (slice_equal_nocase(name, names[i])) {
            *language = (enum webshop_language)i;
            return true;
        }
    }
    return false;
}

/* The parameters of one language, ";q=0.8": its weight in thousandths; 1000 when there is none, 0
 * when it is no weight. */
static uint32_t weight_of(struct slice parameters) {
    parameters = slice_trim(parameters, " \t");
    if (parameters.size == 0)
        return 1000;
    if (!slice_starts(parameters, SLICE("q=")) && !slice_starts(parameters, SLICE("Q=")))
        return 0;
    struct slice digits = slice_after(parameters, 2);
    uint32_t weight = 0, unit = 1000;
    for (size_t i = 0; i < digits.size && unit > 0; i++) {
        if (i == 1 && digits.base[i] == '.')
            continue;
        if (digits.base[i] < '0' || digits.base[i] > '9')
            return 0;
        weight += (uint32_t)(digits.base[i] - '0') * unit;
        unit /= 10;
    }
    return weight > 1000 ? 1000 : weight;
}

enum webshop_language webshop_language_of(struct slice accept_language) {
    enum webshop_language best = WEBSHOP_RU;
    uint32_t most = 0;
    while (accept_language.size > 0) {
        struct slice parameters = slice_cut(&accept_language, ',');
        struct slice range = slice_trim(slice_cut(&parameters, ';'), " \t");
        enum webshop_language language;
        uint32_t weight = weight_of(parameters);
        if (weight > most && webshop_language_named(slice_cut(&range, '-'), &language)) {
            best = language;
            most = weight;
        }
    }
    return best;
}
