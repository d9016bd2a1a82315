/* log.c - one event, one line. The format's field names are ours and its values are strangers':
 * names are copied, values are escaped. */
#include "switch/log.h"

#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "switch/assert.h"

#define LINE_TAIL 8 /* bytes kept free for what closes a line: quote, brace, newline */

static enum log_format setup_format = LOG_LOGFMT;
static enum log_level setup_level = LOG_INFO;

struct line {
    char *base;
    size_t used;
    bool json;
};

static void put(struct line *line, const char *bytes, size_t size) {
    size_t room = LOG_LINE_MAX - LINE_TAIL - line->used;
    size_t count = size < room ? size : room;
    memcpy(line->base + line->used, bytes, count);
    line->used += count;
}

static void put_text(struct line *line, const char *text) {
    put(line, text, strlen(text));
}

/* Escapes one byte as JSON does. Whole or not at all, so that a cut line stays well-formed. */
static void put_escaped(struct line *line, unsigned char byte) {
    char text[8];
    size_t size = 1;
    text[0] = (char)byte;
    if (byte == '"' || byte == '\\') {
        text[0] = '\\';
        text[1] = (char)byte;
        size = 2;
    } else if (byte < 0x20 || byte >= 0x7f) {
        size = (size_t)snprintf(text, sizeof(text), "\\u%04x", byte);
    }
    if (line->used + size <= LOG_LINE_MAX - LINE_TAIL) {
        put(line, text, size);
    }
}

/* A string value; in logfmt without quotes when it is a plain word. */
static void put_string(struct line *line, const char *value, size_t size) {
    bool plain = !line->json && size > 0;
    for (size_t i = 0; plain && i < size; i++) {
        unsigned char byte = (unsigned char)value[i];
        plain = byte > ' ' && byte < 0x7f && byte != '"' && byte != '=' && byte != '\\';
    }
    if (plain) {
        put(line, value, size);
        return;
    }
    line->base[line->used++] = '"'; /* LINE_TAIL keeps room for both quotes */
    for (size_t i = 0; i < size; i++) {
        put_escaped(line, (unsigned char)value[i]);
    }
    line->base[line->used++] = '"';
}

static bool has_room(const struct line *line, size_t size) {
    return line->used + size <= LOG_LINE_MAX - LINE_TAIL;
}

static void put_name(struct line *line, const char *name, size_t size) {
    if (line->json) {
        put_text(line, line->used > 1 ? ",\"" : "\"");
        put(line, name, size);
        put_text(line, "\":");
    } else {
        put_text(line, line->used > 0 ? " " : "");
        put(line, name, size);
        put_text(line, "=");
    }
}

/* The values still to be taken; in a struct so that it can be handed down. */
struct values {
    va_list list;
};

/* Takes the value of one conversion, "%lu" and its like, and writes it. Returns its length. */
static size_t put_value(struct line *line, const char *spec, struct values *values) {
    char number[32];
    int precision = -1;
    size_t at = 1;
    if (strncmp(spec, "%.*", 3) == 0) {
        precision = va_arg(values->list, int);
        at = 3;
    }
    if (spec[at] == 's') {
        const char *value = va_arg(values->list, const char *);
        value = value == NULL ? "" : value;
        size_t size = precision >= 0 ? strnlen(value, (size_t)precision) : strlen(value);
        put_string(line, value, size);
        return at + 1;
    }
    size_t longs = strspn(spec + at, "l");
    bool is_size = spec[at] == 'z';
    char conversion = spec[at + longs + (is_size ? 1 : 0)];
    ASSERT(conversion == 'u' || conversion == 'd');
    if (conversion == 'u') {
        unsigned long long value = is_size      ? va_arg(values->list, size_t)
                                   : longs == 2 ? va_arg(values->list, unsigned long long)
                                   : longs == 1 ? va_arg(values->list, unsigned long)
                                                : va_arg(values->list, unsigned);
        snprintf(number, sizeof(number), "%llu", value);
    } else {
        long long value = is_size      ? va_arg(values->list, ssize_t)
                          : longs == 2 ? va_arg(values->list, long long)
                          : longs == 1 ? va_arg(values->list, long)
                                       : va_arg(values->list, int);
        snprintf(number, sizeof(number), "%lld", value);
    }
    put_text(line, number);
    return at + longs + (is_size ? 2 : 1);
}

static void put_fields(struct line *line, const char *format, struct values *values) {
    while (*format != '\0') {
        const char *equals = strchr(format, '=');
        ASSERT(equals != NULL && equals[1] == '%');
        size_t name_size = (size_t)(equals - format);
        if (!has_room(line, name_size + 32)) {
            return;
        }
        put_name(line, format, name_size);
        format = equals + 1 + put_value(line, equals + 1, values);
        ASSERT(*format == '\0' || *format == ' ');
        format += *format == ' ' ? 1 : 0;
    }
}

static void put_time(struct line *line, unsigned long long time_ns) {
    char text[48];
    time_t seconds = (time_t)(time_ns / 1000000000u);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t size = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + size, sizeof(text) - size, ".%06lluZ", time_ns / 1000u % 1000000u);
    put_name(line, "time", 4);
    put_string(line, text, strlen(text));
}

int log_line(char *out, const struct log_head *head, const char *format, va_list values) {
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    ASSERT(head->level <= LOG_ERROR);
    struct line line = {.base = out, .json = head->format == LOG_JSON};
    struct values fields;
    va_copy(fields.list, values);
    put_text(&line, line.json ? "{" : "");
    put_time(&line, head->time_ns);
    put_name(&line, "level", 5);
    put_string(&line, levels[head->level], strlen(levels[head->level]));
    put_name(&line, "event", 5);
    put_string(&line, head->event, strlen(head->event));
    if (format != NULL) {
        put_fields(&line, format, &fields);
    }
    va_end(fields.list);
    if (line.json) {
        line.base[line.used++] = '}';
    }
    line.base[line.used++] = '\n';
    ASSERT(line.used <= LOG_LINE_MAX);
    return (int)line.used;
}

void log_setup(enum log_format format, enum log_level level) {
    setup_format = format;
    setup_level = level;
}

bool log_rate_allows(struct log_rate *rate, uint64_t now_ns, uint32_t most, uint32_t *suppressed) {
    uint64_t second = now_ns / 1000000000u;
    if (second != rate->second) {
        rate->second = second;
        rate->count = 0;
    }
    if (rate->count >= most) {
        rate->suppressed++;
        return false;
    }
    rate->count++;
    *suppressed = rate->suppressed;
    rate->suppressed = 0;
    return true;
}

/* One at a time: so that between the look and the write no other line takes the room. */
static pthread_mutex_t write_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long long lines_lost; /* under the lock */

/* Writes a line if that does not block. Setting O_NONBLOCK instead would set it for all who share
 * the file, a terminal's shell among them. */
static bool write_line(const char *line, size_t size) {
    struct pollfd place = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&place, 1, 0) == 1 && (place.revents & POLLOUT) != 0 &&
           write(STDERR_FILENO, line, size) == (ssize_t)size;
}

__attribute__((format(printf, 3, 4))) static size_t
format_line(char *line, const struct log_head *head, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int size = log_line(line, head, format, values);
    va_end(values);
    return (size_t)size;
}

void log_event(enum log_level level, const char *event, const char *format, ...) {
    if (level < setup_level) {
        return;
    }
    char line[LOG_LINE_MAX], lost[LOG_LINE_MAX];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct log_head head = {.format = setup_format, .level = level, .event = event};
    head.time_ns = (unsigned long long)now.tv_sec * 1000000000u + (unsigned long long)now.tv_nsec;
    va_list values;
    va_start(values, format);
    int size = log_line(line, &head, format, values);
    va_end(values);
    head.level = LOG_WARN;
    head.event = "log_lost";
    (void)pthread_mutex_lock(&write_lock);
    bool room =
        lines_lost == 0 || write_line(lost, format_line(lost, &head, "lines=%llu", lines_lost));
    lines_lost = room ? 0 : lines_lost;
    if (!room || !write_line(line, (size_t)size)) {
        lines_lost++;
    }
    (void)pthread_mutex_unlock(&write_lock);
}
