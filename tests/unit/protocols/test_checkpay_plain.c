/* The short way past the parser: what is read on it, the parser reads the same. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "checkpay_rig.h"
#include "protocols/checkpay/answer.h"

#define WHOLE                                                                                      \
    "\r\n<response>\n\t<osmp_txn_id>1234567890123</osmp_txn_id><prv_txn>a-1 > \xD0\x96</prv_txn>"  \
    "<sum>200.00</sum><fields></fields> <result>0</result><comment>\xF0\x9F\x98\x80 ok</comment>"  \
    "\r</response>\n"

/* What each of the two has read. */
struct both {
    struct outbound_answer plain, parsed;
    bool is_plain, is_parsed;
};

static bool same(const struct answer_reading *plain, const struct answer_reading *parsed) {
    return plain->has_code == parsed->has_code && plain->has_id == parsed->has_id &&
           plain->has_sum == parsed->has_sum && plain->garbled == parsed->garbled &&
           plain->other_id == parsed->other_id && plain->other_sum == parsed->other_sum &&
           plain->no_sum == parsed->no_sum && plain->answer->code == parsed->answer->code &&
           strcmp(plain->answer->provider_id, parsed->answer->provider_id) == 0 &&
           strcmp(plain->answer->comment, parsed->answer->comment) == 0 &&
           plain->answer->field_count == 0 && parsed->answer->field_count == 0;
}

static void read_both(const struct checkpay_profile *profile, struct slice body,
                      struct both *both) {
    const struct outbound_payment payment = rig_payment();
    struct answer_reading plain = {.profile = profile, .payment = &payment, .answer = &both->plain};
    struct answer_reading parsed = {
        .profile = profile, .payment = &payment, .answer = &both->parsed};
    memset(both, 0, sizeof *both);
    both->is_plain = answer_read_plain(&plain, body);
    both->is_parsed = answer_read_xml(&parsed, body);
    cr_expect(!both->is_plain || (both->is_parsed && same(&plain, &parsed)), "%.*s", (int)body.size,
              body.base);
}

static bool is_plain(const struct checkpay_profile *profile, const char *body) {
    struct both both;
    read_both(profile, slice_text(body), &both);
    return both.is_plain;
}

Test(checkpay_plain, what_is_plain_is_read_as_the_parser_does) {
    struct checkpay_profile *profile = rig_profile("osmp", RIG_BASE, NULL, NULL);
    static const char *const bodies[] = {
        "<response></response>",
        "<response><result>0</result></response>",
        "<response><xmlns>0</xmlns><xml>0</xml><_a.-9>0</_a.-9></response>",
        "<response><result>0</result><result>1</result></response>",
        "<response><osmp_txn_id>1</osmp_txn_id><sum>0.00</sum><result> \n5\t</result></response>",
        "<response><fields>text</fields><comment>\x7F\xEF\xBB\xBF\xC2\x85</comment></response>",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        cr_expect(is_plain(profile, bodies[i]), "%s", bodies[i]);
    cr_expect(is_plain(profile, WHOLE));
    checkpay_profile_free(profile);
}

Test(checkpay_plain, other_forms_are_left_to_the_parser) {
    struct checkpay_profile *profile = rig_profile("osmp", RIG_BASE, NULL, NULL);
    static const char *const bodies[] = {
        "",
        "<response>",
        "<response><result>0</result>",
        "<response><result>0</response></result>",
        "<response><result>0</result></response><a></a>",
        "<response>0</response>",
        "<answer><result>0</result></answer>",
        "<response a=\"b\"><result>0</result></response>",
        "<response><result>0<!-- --></result></response>",
        "<response><result>&#48;</result></response>",
        "<response><result>0</result><comment>]]></comment></response>",
        "<response><result>0</result><comment>a\rb</comment></response>",
        "<response><result>0</result><comment>\xFF</comment></response>",
        "<response><result>0</result><comment>\xEF\xBF\xBE</comment></response>",
        "<response><result>0</result><comment>\x01</comment></response>",
        "<response><fields><a>b</a></fields></response>",
        "<response><a:b>c</a:b></response>",
        "<response><9>c</9></response>",
        "\xEF\xBB\xBF<response><result>0</result></response>",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        cr_expect_not(is_plain(profile, bodies[i]), "%s", bodies[i]);
    checkpay_profile_free(profile);
}

Test(checkpay_plain, one_byte_more_less_or_another_never_parts_the_two) {
    static const char whole[] = WHOLE;
    struct checkpay_profile *profile = rig_profile("osmp", RIG_BASE, NULL, NULL);
    const size_t size = sizeof whole - 1;
    char body[sizeof whole];
    struct both both;
    size_t plain = 0;
    for (size_t at = 0; at < size; at++) {
        memcpy(body, whole, at);
        memcpy(body + at, whole + at + 1, size - at - 1);
        read_both(profile, (struct slice){body, size - 1}, &both);
        for (unsigned byte = 0; byte < 256; byte++) {
            memcpy(body, whole, size);
            body[at] = (char)byte;
            read_both(profile, (struct slice){body, size}, &both);
            plain += both.is_plain ? 1 : 0;
            memcpy(body + at + 1, whole + at, size - at);
            read_both(profile, (struct slice){body, size + 1}, &both);
        }
    }
    cr_expect_gt(plain, 1000, "%zu", plain); /* both ways were taken */
    checkpay_profile_free(profile);
}

Test(checkpay_plain, many_values_and_long_names_are_the_parsers) {
    struct checkpay_profile *profile = rig_profile("osmp", RIG_BASE, NULL, NULL);
    char body[8192];
    struct both both;
    for (int count = 0; count < 40; count++) {
        size_t used = (size_t)snprintf(body, sizeof body, "<response>");
        for (int i = 0; i < count; i++)
            used += (size_t)snprintf(body + used, sizeof body - used, "<a>b</a>");
        used += (size_t)snprintf(body + used, sizeof body - used, "</response>");
        read_both(profile, (struct slice){body, used}, &both);
        cr_expect(both.is_parsed);
        cr_expect_eq(both.is_plain, count <= 16, "%d", count);
    }
    for (int length = 1; length < 200; length++) {
        char name[200];
        memset(name, 'n', (size_t)length);
        name[length] = '\0';
        int used = snprintf(body, sizeof body, "<response><%s>b</%s></response>", name, name);
        read_both(profile, (struct slice){body, (size_t)used}, &both);
        cr_expect_eq(both.is_plain, length <= 64, "%d", length);
    }
    checkpay_profile_free(profile);
}
