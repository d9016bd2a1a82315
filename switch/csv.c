/* csv.c - a record's end is found first, and only a whole and right one is taken apart. */
#include "switch/csv.h"

#include "switch/assert.h"

_Static_assert(CSV_RECORD_MAX * 2 <= CSV_BUFFER_BYTES, "a record and more are there at once");

void csv_start(struct csv *csv, int64_t (*read)(void *context, void *bytes, size_t size),
               void *context) {
    csv->read = read;
    csv->context = context;
    csv->line = csv->offset = 0;
    csv->next_line = 1;
    csv->start = csv->end = 0;
    csv->count = 0;
    csv->ended = csv->skipping = false;
    csv->why = NULL;
}

/* Reads until a largest record and its line end are there, or the input ends. -1: it failed. */
static int fill(struct csv *csv) {
    size_t least = CSV_RECORD_MAX + 2;
    if (csv->end - csv->start >= least || csv->ended) {
        return 0;
    }
    memmove(csv->buffer, csv->buffer + csv->start, csv->end - csv->start);
    csv->end -= csv->start;
    csv->start = 0;
    while (csv->end < least && !csv->ended) {
        int64_t count =
            csv->read(csv->context, csv->buffer + csv->end, sizeof(csv->buffer) - csv->end);
        if (count < 0) {
            return -1;
        }
        csv->end += (size_t)count;
        csv->ended = count == 0;
    }
    return 0;
}

static void advance(struct csv *csv, size_t bytes, uint64_t lines) {
    ASSERT(bytes <= csv->end - csv->start);
    csv->start += bytes;
    csv->offset += bytes;
    csv->next_line += lines;
}

/* Bytes up to and with the next LF, or all that there are. */
static size_t line_size(struct slice bytes) {
    const char *found = bytes.size == 0 ? NULL : memchr(bytes.base, '\n', bytes.size);
    return found == NULL ? bytes.size : (size_t)(found - bytes.base) + 1;
}

/* A record that is looked through. */
struct scan {
    size_t size; /* without its line end */
    uint64_t lines;
    uint32_t fields;
    const char *why; /* NULL: it is right */
};

enum place { AT_START, PLAIN, QUOTED, BEHIND_QUOTE };

/* What a byte in or behind quotes leads to. */
static enum place quoted(enum place place, char byte, struct scan *scan) {
    if (place == QUOTED) {
        scan->lines += byte == '\n';
        return byte == '"' ? BEHIND_QUOTE : QUOTED;
    }
    if (byte == '"') { /* a doubled one */
        return QUOTED;
    }
    if (byte != ',') {
        scan->why = "text behind a closing quote";
    }
    return AT_START;
}

static enum place plain(enum place place, char byte, struct scan *scan) {
    if (byte == ',') {
        return AT_START;
    }
    if (byte == '"' && place == AT_START) {
        return QUOTED;
    }
    if (byte == '"') {
        scan->why = "a quote within a field that has none around it";
    }
    return PLAIN;
}

/* True when a record ends at bytes[i]. */
static bool ends(struct slice bytes, size_t i, enum place place) {
    if (place == QUOTED || i == bytes.size) {
        return place != QUOTED;
    }
    return bytes.base[i] == '\n' ||
           (bytes.base[i] == '\r' && (i + 1 == bytes.size || bytes.base[i + 1] == '\n'));
}

static struct scan look(struct slice bytes) {
    struct scan scan = {.lines = 1, .fields = 1};
    enum place place = AT_START;
    size_t i = 0;
    for (; scan.why == NULL && !ends(bytes, i, place); i++) {
        if (i == bytes.size) {
            scan.why = "a quote is not closed";
        } else if (i == CSV_RECORD_MAX) {
            scan.why = "the line is too long, or a quote is not closed";
        } else if (place == QUOTED || place == BEHIND_QUOTE) {
            place = quoted(place, bytes.base[i], &scan);
        } else {
            place = plain(place, bytes.base[i], &scan);
        }
        scan.fields += scan.why == NULL && place == AT_START;
    }
    scan.size = i;
    if (scan.why == NULL && scan.fields > CSV_FIELDS_MAX) {
        scan.why = "too many fields";
    }
    return scan;
}

/* Takes one field off a right record, unquoting it in its place. */
static struct slice take_field(char **at, const char *end) {
    char *from = *at, *to;
    struct slice field = {from, 0};
    if (from < end && *from == '"') {
        field.base = to = ++from;
        while (*from != '"' || (from + 1 < end && from[1] == '"')) {
            from += *from == '"';
            *to++ = *from++;
        }
        from++;
    } else {
        while (from < end && *from != ',') {
            from++;
        }
        to = from;
    }
    field.size = (size_t)(to - field.base);
    *at = from + 1; /* over the comma, or past the end */
    return field;
}

static void take_fields(struct csv *csv, const struct scan *scan) {
    char *at = csv->buffer + csv->start;
    const char *end = at + scan->size;
    for (csv->count = 0; csv->count < scan->fields; csv->count++) {
        csv->fields[csv->count] = take_field(&at, end);
    }
    ASSERT(at == end + 1);
}

/* Passes over what is no record: a byte order mark, the rest of a wrong line. True: over some. */
static bool skip(struct csv *csv, struct slice bytes) {
    static const char mark[3] = "\xef\xbb\xbf";
    if (csv->offset == 0 && slice_starts(bytes, (struct slice){mark, sizeof(mark)})) {
        advance(csv, sizeof(mark), 0);
        return true;
    }
    if (!csv->skipping || bytes.size == 0) {
        return false;
    }
    size_t size = line_size(bytes);
    csv->skipping = bytes.base[size - 1] != '\n';
    advance(csv, size, 0);
    return true;
}

enum csv_status csv_next(struct csv *csv) {
    for (;;) {
        if (fill(csv) < 0) {
            return CSV_FAILED;
        }
        struct slice bytes = {csv->buffer + csv->start, csv->end - csv->start};
        if (skip(csv, bytes)) {
            continue;
        }
        if (bytes.size == 0) {
            return CSV_END;
        }
        struct scan scan = look(bytes);
        csv->line = csv->next_line;
        csv->why = scan.why;
        if (scan.why != NULL) {
            csv->skipping = true; /* its first line only: a stray quote takes no other along */
            advance(csv, 0, 1);
            return CSV_WRONG;
        }
        if (scan.size > 0) {
            take_fields(csv, &scan);
        }
        advance(csv, scan.size + line_size(slice_after(bytes, scan.size)), scan.lines);
        if (scan.size > 0) {
            return CSV_RECORD;
        }
    }
}
