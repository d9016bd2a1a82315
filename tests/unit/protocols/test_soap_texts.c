/* What agents' terminals show to people, in three languages. */
#include <criterion/criterion.h>
#include <ctype.h>

#include "protocols/agent_soap/refusals.h"

#define TEXT_BYTES_MAX 240 /* two or three lines of a receipt printer, Cyrillic in two bytes */

/* ---- Helpers ---- */

static bool is_field(struct slice word) {
    for (size_t i = 0; i < SOAP_FIELDS; i++)
        if (soap_field_types[i].name != NULL &&
            slice_equal(word, slice_text(soap_field_types[i].name)))
            return true;
    return false;
}

/* Words of Latin letters that may stand in a Russian or Kazakh text. */
static bool is_known_latin(struct slice word) {
    return is_field(word) || slice_equal(word, SLICE("XML")) || slice_equal(word, SLICE("SOAP")) ||
           slice_equal(word, SLICE("certificateNumber")) || slice_equal(word, SLICE("timestamp"));
}

/* The code point at *text, which moves on; 0: the end, or not UTF-8 of one or two bytes. */
static unsigned next_letter(const unsigned char **text) {
    unsigned first = **text;
    if (first < 0x80) {
        *text += first != 0;
        return first;
    }
    if (first < 0xc2 || first > 0xdf || ((*text)[1] & 0xc0) != 0x80)
        return 0;
    unsigned letter = (first & 0x1f) << 6 | ((*text)[1] & 0x3f);
    *text += 2;
    return letter;
}

struct script {
    unsigned letters, cyrillic, kazakh; /* how many */
    bool whole;                         /* all of it could be read */
};

static struct script script_of(const char *text) {
    struct script script = {.letters = 0};
    const unsigned char *at = (const unsigned char *)text;
    unsigned letter;
    while ((letter = next_letter(&at)) != 0) {
        cr_expect(letter >= ' ' && letter != 0x7f && !(letter >= 0x80 && letter < 0xa0),
                  "control character in '%s'", text);
        script.letters += letter < 0x80 && isalpha((int)letter);
        script.cyrillic += letter >= 0x410 && letter <= 0x451;
        script.kazakh += letter == 0x406 || letter == 0x456 || (letter > 0x451 && letter < 0x530);
    }
    script.whole = *at == '\0';
    return script;
}

static void check_latin_words(const char *text) {
    while (*text != '\0') {
        size_t size = 0;
        while (isalpha((unsigned char)text[size]))
            size++;
        cr_expect(size == 0 || is_known_latin((struct slice){text, size}), "'%.*s' in '%s'",
                  (int)size, text, text);
        text += size != 0 ? size : 1;
    }
}

static void check_text(enum soap_language language, const char *text) {
    size_t size = strlen(text);
    struct script script = script_of(text);
    cr_expect(size > 1 && size <= TEXT_BYTES_MAX, "%zu bytes: '%s'", size, text);
    cr_expect(script.whole, "not UTF-8: '%s'", text);
    cr_expect(size > 1 && text[size - 1] == '.' && text[size - 2] != '.', "no full stop: '%s'",
              text);
    if (language == SOAP_EN) {
        cr_expect(script.letters > 0 && script.cyrillic == 0 && script.kazakh == 0,
                  "not English: '%s'", text);
        return;
    }
    check_latin_words(text);
    cr_expect_gt(script.cyrillic, 0, "not Cyrillic: '%s'", text);
    cr_expect_eq(script.kazakh > 0, language == SOAP_KK, "the wrong language: '%s'", text);
}

static void check_three(const char *(*text)(unsigned, enum soap_language), unsigned number) {
    for (unsigned language = 0; language < SOAP_LANGUAGES; language++)
        check_text((enum soap_language)language, text(number, (enum soap_language)language));
    cr_expect_str_neq(text(number, SOAP_RU), text(number, SOAP_KK));
}

static const char *refusal_text(unsigned number, enum soap_language language) {
    return soap_text((enum soap_refusal)number, language);
}

static const char *message_text(unsigned number, enum soap_language language) {
    return soap_says((enum soap_message)number, language);
}

/* ---- Cases ---- */

Test(soap_texts, every_refusal_has_a_text_in_each_language) {
    for (unsigned i = 0; i < SOAP_REFUSALS; i++)
        check_three(refusal_text, i);
}

Test(soap_texts, every_message_has_a_text_in_each_language) {
    for (unsigned i = 0; i < SOAP_MESSAGES; i++)
        check_three(message_text, i);
}

Test(soap_texts, no_two_refusals_say_the_same) {
    for (unsigned i = 0; i < SOAP_REFUSALS; i++)
        for (unsigned j = i + 1; j < SOAP_REFUSALS; j++)
            for (unsigned language = 0; language < SOAP_LANGUAGES; language++)
                cr_expect_str_neq(refusal_text(i, (enum soap_language)language),
                                  refusal_text(j, (enum soap_language)language));
}

Test(soap_texts, a_code_is_its_refusals_name) {
    cr_expect_str_eq(soap_code(SOAP_REFUSED_DUPLICATE_RRN), "DUPLICATE_RRN");
    for (unsigned i = 0; i < SOAP_REFUSALS; i++) {
        const char *code = soap_code((enum soap_refusal)i);
        cr_expect_gt(strlen(code), 0);
        cr_expect_eq(strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(code), "%s", code);
    }
}

Test(soap_texts, refusals_of_the_ledger_that_agents_meet) {
    static const struct {
        enum ledger_status status;
        enum soap_refusal refusal;
    } cases[] = {
        {LEDGER_BUSY, SOAP_REFUSED_NODE_BUSY},
        {LEDGER_REF_CONFLICT, SOAP_REFUSED_DUPLICATE_RRN},
        {LEDGER_PAYMENT_NOT_FOUND, SOAP_REFUSED_TRANSACTION_NOT_FOUND},
        {LEDGER_NOT_REQUESTER, SOAP_REFUSED_TRANSACTION_NOT_FOUND},
        {LEDGER_ALREADY_COMPLETED, SOAP_REFUSED_ALREADY_COMPLETED},
        {LEDGER_ALREADY_DECLINED, SOAP_REFUSED_ALREADY_DECLINED},
        {LEDGER_AT_PROVIDER, SOAP_REFUSED_AT_PROVIDER},
        {LEDGER_NO_HOLD, SOAP_REFUSED_NO_HOLD},
        {LEDGER_DEBIT_NOT_FOUND, SOAP_REFUSED_ACCOUNT_NOT_FOUND},
        {LEDGER_CREDIT_CLOSED, SOAP_REFUSED_ACCOUNT_CLOSED},
        {LEDGER_DEBIT_FROZEN, SOAP_REFUSED_ACCOUNT_FROZEN},
        {LEDGER_TOKEN_WRONG, SOAP_REFUSED_TOKEN_WRONG},
        {LEDGER_TOKEN_EXPIRED, SOAP_REFUSED_TOKEN_EXPIRED},
        {LEDGER_TOKEN_BURNT, SOAP_REFUSED_TOKEN_BURNT},
        {LEDGER_OVER_CEILING, SOAP_REFUSED_OVER_CEILING},
        {LEDGER_OVER_DAY_LIMIT, SOAP_REFUSED_OVER_DAY_LIMIT},
        {LEDGER_OVER_MONTH_LIMIT, SOAP_REFUSED_OVER_MONTH_LIMIT},
        {LEDGER_FUNDS, SOAP_REFUSED_INSUFFICIENT_FUNDS},
        {LEDGER_BAD_LEGS, SOAP_REFUSED_INTERNAL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(soap_refusal_of(cases[i].status), cases[i].refusal, "%s gives %s",
                     ledger_status_name(cases[i].status),
                     soap_code(soap_refusal_of(cases[i].status)));
}
