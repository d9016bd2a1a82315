/* What the buyer's pages say, in three languages; how values become text in HTML. */
#include <criterion/criterion.h>

#include "protocols/common/utf8.h"
#include "protocols/webshop/texts.h"

/* ---- Texts ---- */

struct letters {
    unsigned latin, cyrillic, kazakh;
};

static struct letters letters_of(const char *text) {
    struct letters letters = {.latin = 0};
    struct slice rest = slice_text(text);
    while (rest.size > 0) {
        uint32_t code;
        size_t size = utf8_read(rest, &code);
        cr_assert(size > 0 && code >= ' ', "'%s'", text);
        letters.latin += (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
        letters.cyrillic += code >= 0x410 && code <= 0x451;
        letters.kazakh += code == 0x406 || code == 0x456 || (code > 0x451 && code < 0x530);
        rest = slice_after(rest, size);
    }
    return letters;
}

Test(webshop_texts, every_text_is_there_in_each_language) {
    for (unsigned i = 0; i < TEXTS; i++) {
        const struct html_text *text = &webshop_texts[i];
        cr_assert(text->name != NULL && text->in[0] != NULL);
        struct letters ru = letters_of(text->in[WEBSHOP_RU]), kk = letters_of(text->in[WEBSHOP_KK]),
                       en = letters_of(text->in[WEBSHOP_EN]);
        cr_expect(ru.cyrillic > 0 && ru.kazakh == 0, "%s: %s", text->name, text->in[WEBSHOP_RU]);
        cr_expect(kk.cyrillic + kk.kazakh > 0, "%s: %s", text->name, text->in[WEBSHOP_KK]);
        cr_expect(kk.cyrillic < 20 || kk.kazakh > 0, "%s: %s", text->name, text->in[WEBSHOP_KK]);
        cr_expect(en.latin > 0 && en.cyrillic + en.kazakh == 0, "%s: %s", text->name,
                  text->in[WEBSHOP_EN]);
    }
}

Test(webshop_texts, what_is_a_sentence_ends_as_one_and_numbers_are_asked_for_in_all) {
    for (unsigned i = 0; i < TEXTS; i++) {
        const struct html_text *text = &webshop_texts[i];
        for (unsigned language = 1; language < WEBSHOP_LANGUAGES; language++) {
            size_t first = strlen(text->in[0]), size = strlen(text->in[language]);
            cr_expect_eq(text->in[0][first - 1] == '.', text->in[language][size - 1] == '.', "%s",
                         text->name);
            cr_expect_eq(strchr(text->in[0], '#') != NULL, strchr(text->in[language], '#') != NULL,
                         "%s", text->name);
        }
    }
}

Test(webshop_texts, a_code_is_its_faults_name) {
    cr_expect_str_eq(webshop_fault_code(WEBSHOP_BAD_SIGNATURE), "BAD_SIGNATURE");
    cr_expect_str_eq(webshop_fault_code(WEBSHOP_SOUND), "");
    for (unsigned i = 1; i < WEBSHOP_FAULTS; i++) {
        const char *code = webshop_fault_code((enum webshop_fault)i);
        cr_expect_eq(strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"), strlen(code));
        cr_expect_gt(strlen(code), 0);
    }
}

Test(webshop_texts, every_status_of_the_ledger_has_a_refusal) {
    cr_expect_eq(page_refusal_of(LEDGER_DONE), REFUSAL_NONE);
    cr_expect_eq(page_refusal_of(LEDGER_REPLAYED), REFUSAL_NONE);
    cr_expect_eq(page_refusal_of(LEDGER_FUNDS), REFUSAL_SHORT);
    cr_expect_eq(page_refusal_of(LEDGER_BUSY), REFUSAL_BUSY);
    cr_expect_eq(page_refusal_of(LEDGER_CREDIT_FROZEN), REFUSAL_SHOP_CANNOT);
    for (unsigned i = LEDGER_REPLAYED + 1; i < LEDGER_STATUS_COUNT; i++)
        cr_expect_neq(page_refusal_of((enum ledger_status)i), REFUSAL_NONE);
}

/* ---- Languages ---- */

Test(webshop_texts, the_language_is_the_best_one_the_browser_names) {
    static const struct {
        const char *header;
        enum webshop_language language;
    } cases[] = {
        {"", WEBSHOP_RU},
        {"ru", WEBSHOP_RU},
        {"kk-KZ,kk;q=0.9,ru;q=0.8,en;q=0.7", WEBSHOP_KK},
        {"de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", WEBSHOP_EN},
        {"en;q=0.3, ru;q=0.5 , KK ; q=0.51", WEBSHOP_KK},
        {"en;q=0,kk;q=0.001", WEBSHOP_KK},
        {"en;q=x,kk;q=0.1", WEBSHOP_KK},
        {"en, kk", WEBSHOP_EN},
        {"fr, *", WEBSHOP_RU},
        {"english", WEBSHOP_RU},
        {",,;;q=,-,en-;q=9999999999999999999,", WEBSHOP_EN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(webshop_language_of(slice_text(cases[i].header)), cases[i].language, "%s",
                     cases[i].header);
    enum webshop_language language = WEBSHOP_EN;
    cr_expect(webshop_language_named(SLICE("kk"), &language) && language == WEBSHOP_KK);
    cr_expect(!webshop_language_named(SLICE(""), &language));
    cr_expect(!webshop_language_named(SLICE("kk-KZ"), &language));
}

/* ---- Values ---- */

static void check_escape(struct slice text, const char *expected) {
    struct buffer out;
    buffer_init(&out, 4096);
    html_escape(&out, text);
    buffer_append(&out, "", 1);
    cr_assert(!out.failed);
    cr_expect_str_eq(out.base, expected);
    buffer_free(&out);
}

Test(webshop_texts, a_value_is_escaped) {
    check_escape(SLICE(""), "");
    check_escape(SLICE("Кофе 250 г"), "Кофе 250 г");
    check_escape(SLICE("<a href=\"x\" b='y'>&amp;"),
                 "&lt;a href=&#34;x&#34; b=&#39;y&#39;&gt;&amp;amp;");
    check_escape(SLICE("a\r\n\tb"), "a   b");
    check_escape(SLICE("a\0b\x1b\x7f"), "a\ufffdb\ufffd\ufffd");
    check_escape(SLICE("\xc2\x85|\xc2\x9f|\xc2\xa0"), "\ufffd|\ufffd|\xc2\xa0");
    check_escape(SLICE("5\u202e00\u202c \u2066x\u2069\u2028"),
                 "5\ufffd00\ufffd \ufffdx\ufffd\ufffd");
    check_escape(SLICE("\xff<\xc0\xbc\xed\xa0\x80\xd0"),
                 "\ufffd&lt;\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd");
    check_escape(SLICE("\xef\xbf\xbe\xef\xbf\xbf\xf0\x9f\x98\x80"), "\ufffd\ufffd\U0001f600");
}

Test(webshop_texts, an_amount_is_written_as_people_read_it) {
    static const struct {
        int64_t tiyn;
        const char *text;
    } cases[] = {
        {0, "0,00"},
        {5, "0,05"},
        {-5, "−0,05"},
        {99999, "999,99"},
        {100000, "1\u00a0000,00"},
        {1250000, "12\u00a0500,00"},
        {-100000, "−1\u00a0000,00"},
        {-99999, "−999,99"},
        {12345678905, "123\u00a0456\u00a0789,05"},
        {INT64_MAX, "92\u00a0233\u00a0720\u00a0368\u00a0547\u00a0758,07"},
        {INT64_MIN, "−92\u00a0233\u00a0720\u00a0368\u00a0547\u00a0758,08"},
    };
    char text[HTML_AMOUNT_MAX], expected[HTML_AMOUNT_MAX];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(expected, sizeof(expected), "%s\u00a0₸", cases[i].text);
        cr_expect_str_eq(html_amount_signed(cases[i].tiyn, text), expected);
        if (cases[i].tiyn >= 0)
            cr_expect_str_eq(html_amount((uint64_t)cases[i].tiyn, text), expected);
    }
    cr_expect_str_eq(html_amount(UINT64_MAX, text),
                     "184\u00a0467\u00a0440\u00a0737\u00a0095\u00a0516,15\u00a0₸");
}

/* ---- Templates ---- */

static void word_row(struct html_page *page, uint32_t index) {
    static const char *const words[] = {"", "<b>", "c"};
    html_set(page, "word", slice_text(words[index]));
}

static void check_render(struct slice template, uint32_t rows, const char *expected) {
    struct html_page page = {.language = WEBSHOP_EN,
                             .texts = webshop_texts,
                             .text_count = TEXTS,
                             .rows = rows,
                             .row = word_row};
    struct buffer out;
    buffer_init(&out, 4096);
    html_set(&page, "name", SLICE("{{=SHOP}}&"));
    html_set(&page, "none", SLICE("x"));
    html_set(&page, "none", SLICE(""));
    html_flag(&page, "on", true);
    html_render(&page, template, &out);
    buffer_append(&out, "", 1);
    cr_expect_str_eq(out.base, expected);
    buffer_free(&out);
}

Test(webshop_texts, a_template_is_filled_in) {
    check_render(SLICE(""), 0, "");
    check_render(SLICE("a {{name}} b"), 0, "a {{=SHOP}}&amp; b");
    check_render(SLICE("{{=SHOP}}"), 0, "Shop");
    check_render(SLICE("{{?on}}1{{?none}}2{{/none}}3{{/on}}4"), 0, "134");
    check_render(SLICE("{{^on}}1{{?none}}2{{/none}}3{{/on}}4{{^none}}5{{/none}}"), 0, "45");
    check_render(SLICE("a{{#item}}[{{?word}}{{word}}{{/word}}]{{/item}}b"), 0, "ab");
    check_render(SLICE("a{{#item}}[{{?word}}{{word}}{{/word}}]{{/item}}b"), 3,
                 "a[][&lt;b&gt;][c]b");
    check_render(SLICE("{{?none}}{{#item}}{{word}}{{/item}}{{/none}}c"), 3, "c");
}
