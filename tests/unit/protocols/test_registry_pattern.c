/* Patterns of a service's accounts: the whole account, and what they may cost. */
#include "protocols/registry/registry.h"

#include <criterion/criterion.h>
#include <stdio.h>

static bool set(struct registry_service *service, const char *pattern) {
    const struct registry_field *field = registry_field_of(REGISTRY_SERVICE, SLICE("pattern"));
    const char *why;
    *service = (struct registry_service){.code = 1};
    return registry_set(REGISTRY_SERVICE, service, field, slice_text(pattern), &why);
}

static void matches(const char *pattern, const char *account, bool expected) {
    struct registry_service service;
    cr_assert(set(&service, pattern), "%s", pattern);
    cr_expect_eq(registry_account_matches(&service, slice_text(account)), expected, "%s of %s",
                 account, pattern);
}

static void refused(const char *pattern) {
    struct registry_service service;
    cr_expect_not(set(&service, pattern), "%s", pattern);
    (void)snprintf(service.pattern, sizeof service.pattern, "%s", pattern);
    cr_expect_not(registry_account_matches(&service, SLICE("axxx")), "%s", pattern);
}

Test(pattern, is_of_the_whole_account) {
    matches("a|b", "a", true);
    matches("a|b", "axxx", false);
    matches("a|b", "xxxb", false);
    matches("a|ab", "ab", true);
    matches("^a$", "a", true);
    matches("([0-9]{4}-){3}[0-9]{4}", "1234-1234-1234-1234", true);
    matches("([0-9]{4}-){3}[0-9]{4}", "1234-1234-1234", false);
    matches("[0-9]{1,20}", "1", true);
    matches("[0-9]{200}", "1", false);
    matches("[0-9]{6}(/[0-9]{1,3})?", "123456/78", true);
    matches("[0-9]{6}(/[0-9]{1,3})?", "123456/", false);
    matches("(\\+7)?[0-9]{10}", "7071234567", true);
    matches("KZ[0-9A-Z]{18}", "KZ123456789012345678", true);
    matches("\\+7[0-9]{10}", "+77071234567", true);
    matches("\\+7[0-9]{10}", "77071234567", false);
}

Test(pattern, that_ends_the_group_around_it_is_none) {
    refused("a)|(b");
    refused("a)|b");
    refused("a)|(.*");
    refused("(a");
    refused(")");
    refused("\\(a)");
    matches("[)]a", ")a", true);
    matches("[])]a", ")a", true);
    matches("[^])]a", ")a", false);
    matches("[[:digit:])]+", "1)2", true);
    matches("\\(a\\)", "(a)", true);
}

Test(pattern, costs_what_can_be_paid) {
    refused("(((a{99}){99}){99}){99}");
    refused("((a{255}){255}){9}");
    refused("(((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+");
    refused("(((((((((a)))))))))");
    refused("(a)\\1");
    refused("a?{2,}a?*{0,40}"); /* it took minutes, of three characters */
    refused("a?*{0,40}");
    refused("(a?)*");
    refused("((a*b))+");
    refused("(a|b+){2}");
    refused("(a|b)*");
    refused("(a|b){2,3}");
    matches("(a|b){2}", "ab", true);
    matches("(a|b){2}", "a", false);
    refused("(a{0,22}){0,22}");
    refused("([0-9]{30}){9}");
    refused("a{256}");
    refused("a{99999999999999999999}");
    refused("[0-9]{129}[a-z]{128}");
    matches("[0-9]{128}[a-z]{128}", "a", false);
    matches("((((((((a))))))))", "a", true);
    matches("[0-9]{126}|[a-z]{126}", "a", false);
}

Test(pattern, is_one_of_posix) {
    static const char *const wrong[] = {
        "[a",   "[]",  "[^]",     "[[:digit:", "a{",   "a{x}", "a{,2}", "a{3,2}", "a{1,2", "a{1,x}",
        "a\\",  "a**", "a{2}{3}", "*a",        "(*a)", "a|",   "|a",    "a||b",   "()",    "(a|)",
        "a{0}", "a^b", "a$b",     "^",         "$",    "^*",   "\\d+",  "\\w",    "a\tb",  "\xff"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        refused(wrong[i]);
}
