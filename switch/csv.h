/* csv.h - reads comma-separated values (RFC 4180) as a stream, a record at a time, in bounded
 * memory. One thread.
 *
 * Records end with LF or CRLF, the last one also without; empty lines and a byte order mark are
 * passed over. A field in double quotes may have commas, line ends and doubled quotes. */
#ifndef SWITCH_CSV_H
#define SWITCH_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/common/slice.h"

#define CSV_FIELDS_MAX 32u          /* of a record: a client has 10              */
#define CSV_RECORD_MAX 16384u       /* bytes of one: a client's have at most 1 K */
#define CSV_BUFFER_BYTES (1u << 17) /* what is read at once                      */

enum csv_status {
    CSV_RECORD, /* fields[0..count)                                                  */
    CSV_WRONG,  /* it is none: *why; the next call goes on with the line after `line` */
    CSV_END,
    CSV_FAILED, /* the input could not be read: errno                                 */
};

struct csv {
    /* Fills bytes[0..size): how many, 0 at the end, or -1. */
    int64_t (*read)(void *context, void *bytes, size_t size);
    void *context;
    uint64_t line;                       /* number of the record's first line, from 1 */
    uint64_t offset;                     /* bytes of the input that are done with     */
    struct slice fields[CSV_FIELDS_MAX]; /* borrowed until the next call */
    uint32_t count;
    const char *why; /* static text */
    /* Inner: */
    uint64_t next_line;
    size_t start, end; /* of what was read and is not done with, in buffer */
    bool ended;        /* the input has no more                           */
    bool skipping;     /* the rest of a wrong line comes first            */
    char buffer[CSV_BUFFER_BYTES];
};

void csv_start(struct csv *csv, int64_t (*read)(void *context, void *bytes, size_t size),
               void *context);
enum csv_status csv_next(struct csv *csv);

#endif
