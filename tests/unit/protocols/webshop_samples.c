#include "webshop_samples.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define TENGE(count) ((uint64_t)(count)*100)

const char *const sample_languages[WEBSHOP_LANGUAGES] = {"ru", "kk", "en"};

const struct sample_words sample_plain = {
    .shop = "Кофейня «Арай»",
    .invoice = "2026-11-000417",
    .merchant = "ТОО «Арай Кофе»",
    .code = "KF-250",
    .item = "Кофе в зёрнах, 250 г",
    .description = "Эфиопия, средняя обжарка",
    .login = "77072734954",
    .request = "PD94bWwgdmVyc2lvbj0iMS4wIj8+",
    .state = "c3RhdGU",
    .link = "https://shop.example/order/417",
    .self = "/mfs/checkout/watch?c=0a1b2c3d",
    .field = "TotalCost",
    .items = 2,
};

/* clang-format off */
/* As long as real ones get, and words that cannot be broken at a blank. */
const struct sample_words sample_long = {
    .shop = "Интернет-магазин строительных и отделочных материалов «Қазақстанның құрылыс әлемі»",
    .invoice = "ORDER-2026-11-27-0000000000000000000000000000000000000417-ALMATY",
    .merchant = "Товарищество с ограниченной ответственностью «Құрылыс материалдары»",
    .code = "SKU-000000000000000000000000000000000000000000000000000000012345",
    .item = "Гипсокартоноперфораторошуруповёртдлявнутренниххработ 12,5 мм",
    .description =
        "Тёплый пол, двухжильный нагревательный мат под плитку, 10 м², с терморегулятором",
    .login = "77072734954",
    .request = "PD94bWwgdmVyc2lvbj0iMS4wIj8+",
    .state = "c3RhdGU",
    .link = "https://shop.example/order/417",
    .self = "/mfs/checkout/watch?c=0a1b2c3d",
    .field = "Merchant/WalletID",
    .items = 40,
};
/* clang-format on */

static struct page_order order_of(const struct sample_words *words,
                                  struct webshop_request *request) {
    memset(request, 0, sizeof(*request));
    request->shop_name = slice_text(words->shop);
    request->invoice = slice_text(words->invoice);
    request->success_link = request->failure_link = slice_text(words->link);
    request->total = words->items > 2 ? TENGE(123456789) + 5 : TENGE(12500);
    request->item_count = words->items;
    for (uint32_t i = 0; i < words->items; i++)
        request->items[i] = (struct webshop_item){
            .code = slice_text(words->code),
            .name = slice_text(words->item),
            .description = slice_text(i % 3 == 1 ? "" : words->description),
            .quantity = "1.5",
            .cost = TENGE(1250) * (i + 1),
        };
    return (struct page_order){.request = request,
                               .merchant_name = words->merchant,
                               .fee = words->items > 2 ? TENGE(1000000) : 0};
}

static void name_page(char name[64], const char *page, const char *variant) {
    snprintf(name, 64, "%s-%s", page, variant);
    for (char *at = name; *at != '\0'; at++)
        *at = (char)(*at == '_' ? '-' : tolower((unsigned char)*at));
}

static void login(unsigned number, const struct sample_words *words, enum webshop_language language,
                  char name[64], struct buffer *out) {
    static const struct {
        const char *name;
        enum page_login_error error;
        uint32_t wait_s;
    } kinds[] = {{"first", LOGIN_FIRST, 0},     {"wrong", LOGIN_WRONG, 0},
                 {"slowly", LOGIN_SLOWLY, 4},   {"slowly-minutes", LOGIN_SLOWLY, 899},
                 {"expired", LOGIN_EXPIRED, 0}, {"busy", LOGIN_BUSY, 0},
                 {"barred", LOGIN_BARRED, 0},   {"unknown", LOGIN_UNKNOWN, 0}};
    struct webshop_request request;
    struct page_login page = {
        .form = {slice_text(words->request), slice_text(words->state)},
        .order = order_of(words, &request),
        .login = slice_text(kinds[number].error == LOGIN_FIRST ? "" : words->login),
        .error = kinds[number].error,
        .wait_s = kinds[number].wait_s,
    };
    name_page(name, "login", kinds[number].name);
    page_login(language, &page, out);
}
#define LOGINS 8u

static void confirm(unsigned number, const struct sample_words *words,
                    enum webshop_language language, char name[64], struct buffer *out) {
    static const char *const kinds[REFUSALS] = {"first",
#define X(name) #name,
                                                PAGE_REFUSAL_MAP(X)
#undef X
    };
    struct webshop_request request;
    struct page_confirm page = {
        .form = {slice_text(words->request), slice_text(words->state)},
        .order = order_of(words, &request),
        .buyer = slice_text(words->login),
        .balance_known = number != REFUSAL_BUSY,
        .balance = number == REFUSAL_SHORT ? -12550 : (int64_t)TENGE(500000000),
        .refusal = (enum page_refusal)number,
    };
    name_page(name, "confirm", kinds[number]);
    page_confirm(language, &page, out);
}

static void result(unsigned number, const struct sample_words *words,
                   enum webshop_language language, char name[64], struct buffer *out) {
    static const char *const kinds[RESULTS + 1] = {"waiting", "paid",        "reserved", "canceled",
                                                   "short",   "timeout",     "refused",  "already",
                                                   "unknown", "waiting-post"};
    bool post = number == RESULTS;
    struct page_result page = {
        .kind = post ? RESULT_WAITING : (enum page_result_kind)number,
        .shop_name = slice_text(words->shop),
        .invoice = slice_text(words->invoice),
        .amount = TENGE(12500),
        .fee = number == RESULT_PAID ? TENGE(125) : 0,
        .transaction = number == RESULT_ALREADY ? 0 : 104217,
        .link = slice_text(words->link),
        .self = slice_text(post ? "" : words->self),
    };
    name_page(name, "result", kinds[number]);
    page_result(language, &page, out);
}

static void error(unsigned number, const struct sample_words *words, enum webshop_language language,
                  char name[64], struct buffer *out) {
    enum webshop_fault fault = (enum webshop_fault)number;
    bool names_field = fault == WEBSHOP_FIELD_EMPTY || fault == WEBSHOP_FIELD_WRONG ||
                       fault == WEBSHOP_URL_REFUSED;
    name_page(name, "error", fault == WEBSHOP_SOUND ? "stale" : webshop_fault_code(fault));
    page_error(language, fault, names_field ? words->field : NULL, out);
}

bool sample_page(unsigned number, const struct sample_words *words, enum webshop_language language,
                 char name[64], struct buffer *out) {
    static const struct {
        unsigned count;
        void (*write)(unsigned, const struct sample_words *, enum webshop_language, char *,
                      struct buffer *);
    } pages[] = {
        {LOGINS, login}, {REFUSALS, confirm}, {RESULTS + 1, result}, {WEBSHOP_FAULTS, error}};
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (number < pages[i].count) {
            pages[i].write(number, words, language, name, out);
            return true;
        }
        number -= pages[i].count;
    }
    return false;
}
