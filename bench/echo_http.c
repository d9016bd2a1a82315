#include "bench/echo.h"

#include <string.h>

/* What the node answers to a payment, with its headers and about its size. */
#define BODY "{\"id\":1234567,\"state\":\"COMPLETED\",\"replayed\":false,\"sequence\":123456}"
static const char head[] = "HTTP/1.1 201 Created\r\n"
                           "Content-Type: application/json\r\n"
                           "Content-Length: 69\r\n\r\n";
_Static_assert(sizeof(BODY) - 1 == 69, "Content-Length says so");

static int on_message_complete(llhttp_t *parser) {
    struct echo_conn *conn = parser->data;
    conn->requests++;
    return 0;
}

static const llhttp_settings_t settings = {.on_message_complete = on_message_complete};

static void start(struct echo_conn *conn) {
    llhttp_init(&conn->parser, HTTP_REQUEST, &settings);
    conn->parser.data = conn;
}

static ssize_t take(struct echo_conn *conn, const uint8_t *bytes, size_t size, uint8_t *out,
                    size_t *used) {
    static const char answer[] = BODY;
    if (llhttp_execute(&conn->parser, (const char *)bytes, size) != HPE_OK)
        return -1;
    for (; conn->requests > 0; conn->requests--) {
        if (*used + sizeof(head) + sizeof(answer) > ECHO_BUFFER_BYTES)
            return -1;
        memcpy(out + *used, head, sizeof(head) - 1);
        *used += sizeof(head) - 1;
        memcpy(out + *used, answer, sizeof(answer) - 1);
        *used += sizeof(answer) - 1;
    }
    return (ssize_t)size;
}

const struct echo_protocol echo_http = {start, take};
