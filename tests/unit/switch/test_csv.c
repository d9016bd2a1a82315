/* CSV by RFC 4180: records, quotes, line ends, and what is wrong with a line. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "switch/csv.h"

/* ---- Helpers ------------------------------------------------------------------------------- */

/* A text that is read in pieces of `step` bytes. */
struct text {
    const char *base;
    size_t size, at, step;
};

static int64_t read_text(void *context, void *bytes, size_t size) {
    struct text *text = context;
    size_t count = text->size - text->at;
    count = count < text->step ? count : text->step;
    count = count < size ? count : size;
    memcpy(bytes, text->base + text->at, count);
    text->at += count;
    return (int64_t)count;
}

static int64_t read_nothing(void *context, void *bytes, size_t size) {
    (void)context, (void)bytes, (void)size;
    return -1;
}

static struct csv csv;

static void append(char *out, size_t size, size_t *used, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void append(char *out, size_t size, size_t *used, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(out + *used, size - *used, format, arguments);
    va_end(arguments);
    cr_assert(count >= 0 && (size_t)count < size - *used);
    *used += (size_t)count;
}

/* "1:[a][b] 2:!why" of all records. */
static void read_all(const char *base, size_t size, size_t step, char *out, size_t out_size) {
    struct text text = {base, size, 0, step};
    enum csv_status status;
    size_t used = 0;
    csv_start(&csv, read_text, &text);
    out[0] = '\0';
    while ((status = csv_next(&csv)) != CSV_END) {
        append(out, out_size, &used, "%s%d:", used == 0 ? "" : " ", (int)csv.line);
        if (status == CSV_WRONG) {
            append(out, out_size, &used, "!%s", csv.why);
            continue;
        }
        cr_assert_eq(status, CSV_RECORD);
        for (uint32_t i = 0; i < csv.count; i++) {
            append(out, out_size, &used, "[%.*s]", (int)csv.fields[i].size, csv.fields[i].base);
        }
    }
    cr_assert_eq(csv.offset, size, "all of it is done with");
    cr_assert_eq(csv_next(&csv), CSV_END);
}

static void check(const char *text, const char *expected) {
    static const size_t steps[] = {1, 2, 3, 7, SIZE_MAX};
    char found[2048];
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        read_all(text, strlen(text), steps[i], found, sizeof found);
        cr_assert_str_eq(found, expected, "of \"%s\" in pieces of %zu:\n%s", text, steps[i], found);
    }
}

/* ---- Cases --------------------------------------------------------------------------------- */

Test(csv, records_end_with_any_line_end) {
    check("", "");
    check("a", "1:[a]");
    check("a,b\nc,d\n", "1:[a][b] 2:[c][d]");
    check("a,b\r\nc,d", "1:[a][b] 2:[c][d]");
    check("a,b\r\nc,d\r", "1:[a][b] 2:[c][d]");
    check("a\rb\n", "1:[a\rb]");
    check("\n\na\n\r\n\nb\n", "3:[a] 6:[b]");
}

Test(csv, fields_may_be_empty) {
    check(",\n", "1:[][]");
    check("a,,\n,b\n", "1:[a][][] 2:[][b]");
    check("\"\"\n", "1:[]");
    check("\"\",\"\"", "1:[][]");
    check(" \n", "1:[ ]");
}

Test(csv, quotes) {
    check("\"a\",\"b,c\"\n", "1:[a][b,c]");
    check("\"a\"\"b\",\"\"\"\"\n", "1:[a\"b][\"]");
    check("\"a\nb\r\nc\",d\ne\n", "1:[a\nb\r\nc][d] 4:[e]");
    check("\"Айгерим\",Сейтова\n", "1:[Айгерим][Сейтова]");
}

Test(csv, a_byte_order_mark_is_passed_over) {
    check("\xef\xbb\xbf", "");
    check("\xef\xbb\xbflogin,iin\n1,2", "1:[login][iin] 2:[1][2]");
    check("\xef\xbb\xbf\"login\"\n", "1:[login]");
    check("a\n\xef\xbb\xbf\n", "1:[a] 2:[\xef\xbb\xbf]");
}

Test(csv, a_wrong_line_takes_no_other_with_it) {
    check("a\"b,c\nd\n", "1:!a quote within a field that has none around it 2:[d]");
    check("\"a\"b,c\nd\n", "1:!text behind a closing quote 2:[d]");
    check("\"a\" ,c\nd\n", "1:!text behind a closing quote 2:[d]");
    check("\"a\r", "1:!a quote is not closed");
    check("\"a,b\nc,d\ne,f\n", "1:!a quote is not closed 2:[c][d] 3:[e][f]");
    check("a,\"", "1:!a quote is not closed");
    check("\"a\rb\"\rc\n", "1:!text behind a closing quote");
}

Test(csv, bounds) {
    static char text[CSV_BUFFER_BYTES * 3];
    static char found[CSV_BUFFER_BYTES * 3];
    memset(text, 'x', sizeof text);
    text[CSV_RECORD_MAX] = '\n'; /* the largest record */
    text[CSV_RECORD_MAX + 1] = 'y';
    text[CSV_RECORD_MAX + 2] = '\n';
    read_all(text, CSV_RECORD_MAX + 3, SIZE_MAX, found, sizeof found);
    cr_assert_eq(strlen(found), CSV_RECORD_MAX + strlen("1:[] 2:[y]"));
    text[CSV_RECORD_MAX] = 'x'; /* one byte more */
    read_all(text, CSV_RECORD_MAX + 3, SIZE_MAX, found, sizeof found);
    cr_assert_str_eq(found, "1:!the line is too long, or a quote is not closed");
}

Test(csv, a_line_that_is_longer_than_the_buffer_is_told_once) {
    static char text[CSV_BUFFER_BYTES * 3];
    static char found[4096];
    memset(text, 'x', sizeof text);
    text[sizeof text - 3] = '\n';
    text[sizeof text - 2] = 'y';
    text[sizeof text - 1] = '\n';
    read_all(text, sizeof text, SIZE_MAX, found, sizeof found);
    cr_assert_str_eq(found, "1:!the line is too long, or a quote is not closed 2:[y]");
}

Test(csv, as_many_fields_as_there_may_be) {
    char commas[CSV_FIELDS_MAX + 8];
    char found[4096];
    memset(commas, ',', sizeof commas);
    read_all(commas, CSV_FIELDS_MAX - 1, SIZE_MAX, found, sizeof found);
    cr_assert_eq(csv.count, CSV_FIELDS_MAX);
    read_all(commas, CSV_FIELDS_MAX, SIZE_MAX, found, sizeof found);
    cr_assert_str_eq(found, "1:!too many fields");
}

Test(csv, many_records_come_through_a_small_buffer) {
    static char text[CSV_BUFFER_BYTES * 4];
    size_t used = 0, rows = 0;
    while (used + 40 < sizeof text) {
        append(text, sizeof text, &used, "%zu,\"a \"\"%zu\"\"\"\r\n", rows, rows);
        rows++;
    }
    for (size_t step = 1; step < 100000; step = step * 7 + 1) {
        struct text source = {text, used, 0, step};
        csv_start(&csv, read_text, &source);
        for (size_t i = 0; i < rows; i++) {
            char number[24], quoted[32];
            cr_assert_eq(csv_next(&csv), CSV_RECORD);
            cr_assert_eq(csv.line, i + 1);
            snprintf(number, sizeof number, "%zu", i);
            snprintf(quoted, sizeof quoted, "a \"%zu\"", i);
            cr_assert(slice_equal(csv.fields[0], slice_text(number)));
            cr_assert(slice_equal(csv.fields[1], slice_text(quoted)));
        }
        cr_assert_eq(csv_next(&csv), CSV_END);
    }
}

Test(csv, input_that_cannot_be_read) {
    csv_start(&csv, read_nothing, NULL);
    cr_assert_eq(csv_next(&csv), CSV_FAILED);
}
