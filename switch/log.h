/* log.h - structured logs: one event, one line, one write(2) to standard error.
 * Any thread, and none ever waits for who reads the log: a line for which there is no room is lost,
 * and the next one that finds room comes with a "log_lost" that counts them. Wall-clock time. Never
 * a secret: callers log names, numbers and reasons only. */
#ifndef SWITCH_LOG_H
#define SWITCH_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#define LOG_LINE_MAX 2048 /* bytes of a line; under PIPE_BUF, so that lines do not mix */

enum log_level { LOG_DEBUG = 0, LOG_INFO = 1, LOG_WARN = 2, LOG_ERROR = 3 };
enum log_format { LOG_JSON = 0, LOG_LOGFMT = 1 };

/* To be called before other threads start; before it: logfmt, LOG_INFO. */
void log_setup(enum log_format format, enum log_level level);

/* Writes an event. event: a static word such as "listening". format: fields, "name=%spec" separated
 * by single spaces, such as "address=%s port=%u"; NULL: none. Specs: %s %.*s %d %u %ld %lu %lld
 * %llu %zu %zd, and what PRIu32, PRIu64, PRId64 stand for. Values are escaped: no value can end its
 * field or its line. A line that would be longer than LOG_LINE_MAX has its values cut. */
void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A bound for events that strangers cause. All zero at first; one thread's. */
struct log_rate {
    uint64_t second;
    uint32_t count, suppressed;
};
/* Whether one more may be logged in this second: *suppressed were not since the last one that was.
 * now_ns: monotonic. */
bool log_rate_allows(struct log_rate *rate, uint64_t now_ns, uint32_t most, uint32_t *suppressed);

/* What stands at the head of a line. */
struct log_head {
    enum log_format format;
    enum log_level level;
    unsigned long long time_ns; /* wall-clock, ns since 1970 */
    const char *event;
};

/* The line that log_event would write, for tests: its bytes with the newline; no NUL behind them.
 * out: LOG_LINE_MAX bytes. */
int log_line(char *out, const struct log_head *head, const char *format, va_list values)
    __attribute__((format(printf, 3, 0)));

#endif
