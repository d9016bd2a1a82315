/* test_log.c - log lines: their form, and values that try to break it. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "switch/log.h"

#define TIME_NS 1700000000123456789u
#define STAMP "2023-11-14T22:13:20.123456Z"

static char line[LOG_LINE_MAX + 1];

__attribute__((format(printf, 2, 3))) static const char *log_of(enum log_format log_format,
                                                                const char *format, ...) {
    va_list values;
    va_start(values, format);
    struct log_head head = {
        .format = log_format, .level = LOG_WARN, .time_ns = TIME_NS, .event = "happened"};
    int size = log_line(line, &head, format, values);
    va_end(values);
    cr_assert(size > 0 && size <= LOG_LINE_MAX);
    line[size] = '\0';
    return line;
}

Test(log, logfmt) {
    cr_expect_str_eq(log_of(LOG_LOGFMT, NULL), "time=" STAMP " level=warn event=happened\n");
    cr_expect_str_eq(log_of(LOG_LOGFMT, "name=%s count=%u why=%s", "shop", 7u, "a b"),
                     "time=" STAMP " level=warn event=happened name=shop count=7 why=\"a b\"\n");
}

Test(log, json) {
    cr_expect_str_eq(log_of(LOG_JSON, NULL),
                     "{\"time\":\"" STAMP "\",\"level\":\"warn\",\"event\":\"happened\"}\n");
    cr_expect_str_eq(
        log_of(LOG_JSON, "name=%s count=%d", "shop", -7),
        "{\"time\":\"" STAMP
        "\",\"level\":\"warn\",\"event\":\"happened\",\"name\":\"shop\",\"count\":-7}\n");
}

Test(log, every_spec) {
    log_of(LOG_LOGFMT, "a=%d b=%u c=%ld d=%lu e=%lld f=%llu g=%zu h=%zd i=%.*s j=%" PRIu64, -1, 2u,
           -3L, 4LU, -5LL, 6LLU, (size_t)7, (ssize_t)-8, 3, "abcdef", (uint64_t)10);
    cr_expect_not_null(strstr(line, " a=-1 b=2 c=-3 d=4 e=-5 f=6 g=7 h=-8 i=abc j=10\n"), "%s",
                       line);
}

Test(log, a_value_cannot_forge_a_line_or_a_field) {
    const char *evil = "x\n\" level=error event=forged\\ \x1b[31m\x7f\xd0\x96";
    log_of(LOG_LOGFMT, "name=%s", evil);
    cr_expect_eq(strchr(line, '\n'), line + strlen(line) - 1);
    cr_expect_not_null(strstr(line, "name=\"x\\u000a\\\" level=error event=forged\\\\ \\u001b[31m"),
                       "%s", line);
    log_of(LOG_JSON, "name=%s", evil);
    cr_expect_eq(strchr(line, '\n'), line + strlen(line) - 1);
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    cr_assert_not_null(object);
    cr_expect_eq(json_object_size(object), 4u);
    cr_expect_str_eq(json_string_value(json_object_get(object, "level")), "warn");
    json_decref(object);
}

Test(log, an_empty_string) {
    cr_expect_not_null(strstr(log_of(LOG_LOGFMT, "a=%s b=%s", "", "x"), " a=\"\" b=x\n"));
}

Test(log, a_long_value_is_cut_and_the_line_stays_whole) {
    static char value[2 * LOG_LINE_MAX];
    for (size_t fill = 0; fill < 2; fill++) {
        memset(value, fill == 0 ? 'x' : '\n', sizeof(value) - 1);
        log_of(LOG_JSON, "first=%s second=%s", value, "lost");
        json_t *object = json_loads(line, 0, NULL);
        cr_assert_not_null(object, "%s", line);
        cr_expect_gt(json_string_length(json_object_get(object, "first")), 200u);
        json_decref(object);
        log_of(LOG_LOGFMT, "first=%s second=%s", value, "lost");
        cr_expect_eq(strchr(line, '\n'), line + strlen(line) - 1);
    }
}

/* ---- Who reads the log -------------------------------------------------------------------- */

/* Standard error is a pipe; the end to read from. */
static int log_to_pipe(void) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    close(ends[1]);
    return ends[0];
}

Test(log, a_log_that_nobody_reads_stops_nobody, .timeout = 20) {
    enum { LINES = 2000 };
    static char text[1 << 20];
    int reader = log_to_pipe();
    for (unsigned i = 0; i < LINES; i++) { /* far more than a pipe holds */
        log_event(LOG_WARN, "flood", "number=%u text=%s", i, "0123456789012345678901234567890");
    }
    ssize_t size = read(reader, text, sizeof(text) - 1);
    cr_assert_gt(size, 0);
    text[size] = '\0';
    unsigned written = 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
        written++;
    }
    cr_expect_lt(written, LINES);
    cr_expect_eq(text[size - 1], '\n', "lines are whole");
    log_event(LOG_WARN, "after", NULL);
    size = read(reader, text, sizeof(text) - 1);
    cr_assert_gt(size, 0);
    text[size] = '\0';
    char expected[64];
    snprintf(expected, sizeof(expected), "event=log_lost lines=%u\n", LINES - written);
    cr_expect_not_null(strstr(text, expected), "no %s in %s", expected, text);
    cr_expect_not_null(strstr(text, "event=after\n"), "%s", text);
    log_event(LOG_WARN, "again", NULL);
    size = read(reader, text, sizeof(text) - 1);
    text[size] = '\0';
    cr_expect_null(strstr(text, "log_lost"), "it is told once");
    close(reader);
}

Test(log, what_strangers_cause_has_a_bound_a_second) {
    struct log_rate rate = {0};
    const uint64_t second = 1000000000u;
    uint32_t suppressed = 7;
    for (int i = 0; i < 3; i++) {
        cr_expect(log_rate_allows(&rate, 5 * second, 3, &suppressed));
        cr_expect_eq(suppressed, 0u);
    }
    for (int i = 0; i < 9; i++) {
        cr_expect_not(log_rate_allows(&rate, 6 * second - 1, 3, &suppressed));
    }
    cr_expect(log_rate_allows(&rate, 6 * second, 3, &suppressed));
    cr_expect_eq(suppressed, 9u);
    cr_expect(log_rate_allows(&rate, 6 * second, 3, &suppressed));
    cr_expect_eq(suppressed, 0u);
}
