#include "checkpay_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

char *rig_text(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/../protocols/checkpay/profiles/%s.ini", TESTS_FOLDER, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    char *text = calloc(1, OUTBOUND_PROFILE_MAX + 1);
    cr_assert(text != NULL && fread(text, 1, OUTBOUND_PROFILE_MAX, file) > 0);
    fclose(file);
    return text;
}

struct checkpay_profile *rig_profile(const char *name, const char *base, const char *from,
                                     const char *to) {
    struct outbound_fault fault;
    char *text = rig_text(name), *changed = text;
    if (from != NULL) {
        char *at = strstr(text, from);
        cr_assert_not_null(at, "%s: no %s", name, from);
        changed = calloc(1, strlen(text) + strlen(to) + 1);
        cr_assert_not_null(changed);
        int before = (int)(at - text);
        size_t room = strlen(text) + strlen(to) + 1;
        snprintf(changed, room, "%.*s%s%s", before, text, to, at + strlen(from));
        free(text);
    }
    struct checkpay_profile *profile = checkpay_profile_read(slice_text(changed), base, &fault);
    cr_assert_not_null(profile, "%s:%u: %s", name, fault.line, fault.text);
    free(changed);
    return profile;
}

struct outbound_payment rig_payment(void) {
    return (struct outbound_payment){.id = RIG_ID,
                                     .amount = RIG_AMOUNT,
                                     .time_ns = RIG_TIME_NS,
                                     .service = 12,
                                     .account = SLICE("7771234567")};
}

const char *rig_url(const struct checkpay_profile *profile, enum outbound_step step,
                    const struct outbound_payment *payment) {
    static char text[4096];
    struct buffer url, body;
    buffer_init(&url, sizeof text - 1);
    buffer_init(&body, sizeof text - 1);
    struct outbound_request request = {.url = &url, .body = &body};
    bool good = checkpay_request(profile, step, payment, &request);
    if (good) {
        cr_expect_str_eq(request.method, "GET");
        cr_expect_null(request.content_type);
        cr_expect_eq(body.used, 0);
        memcpy(text, url.base, url.used);
    }
    text[good ? url.used : 0] = '\0';
    buffer_free(&url);
    buffer_free(&body);
    return text;
}

struct outbound_answer rig_answer(const struct checkpay_profile *profile, enum outbound_step step,
                                  const char *body) {
    struct outbound_answer answer;
    struct outbound_payment payment = rig_payment();
    memset(&answer, 0xAA, sizeof answer);
    checkpay_answer(profile, step, &payment, 200, slice_text(body), &answer);
    return answer;
}
