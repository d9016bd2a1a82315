/* golden.c - runs the files of tests/golden through an adapter. */
#include "tests/unit/protocols/golden.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/registry/registry.h"
#include "tests/unit/protocols/records.h"

enum { LINES_MAX = 64, LINE_MAX = 90000, HEADERS_MAX = 8, RESULTS_MAX = 16 };

/* One file on its way through the adapter. */
struct exchange {
    const struct adapter *adapter;
    struct adapter_settings settings;
    struct adapter_env env;
    void *context;
    char *lines[LINES_MAX]; /* its input: comments, and what stands behind "> " */
    uint32_t line_count;
    struct grant grant;
    struct adapter_request request;
    struct adapter_header headers[HEADERS_MAX];
    struct buffer params; /* RPC */
    struct adapter_note note;
    struct buffer reply_headers, reply_body;
    struct adapter_reply reply;
    struct ledger_result results[RESULTS_MAX];
    uint32_t result_count;
    struct buffer out; /* the transcript */
};

/* ---- What the node tells about itself ------------------------------------------------------ */

static void node_stats(void *node, struct ledger_stats *stats, uint64_t *uptime_ns) {
    (void)node;
    *stats = (struct ledger_stats){.sequence = 77, .payments = 13, .open_payments = 1};
    *uptime_ns = 5000000000u;
}

static bool node_ready(void *node, char *why, size_t why_size) {
    (void)node;
    (void)snprintf(why, why_size, "%s", "the journal cannot be written");
    return false;
}

/* Clients 77072734954 with the account 2001, 77072734955 who is blocked, 77072734956 with one that
 * nobody was granted; the record of 77072734957 cannot be read. */
static enum ledger_status registry_get(void *node, const void *key, size_t key_size, void *value,
                                       size_t *value_size) {
    (void)node;
    struct slice name = {key, key_size};
    struct registry_client client = {.login = 77072734954, .account = 2001};
    if (slice_equal(name, SLICE("client/77072734957")))
        return LEDGER_BUSY;
    if (slice_equal(name, SLICE("client/77072734955")))
        client.blocked = true;
    else if (slice_equal(name, SLICE("client/77072734956")))
        client.account = 999999;
    else if (!slice_equal(name, SLICE("client/77072734954")))
        return LEDGER_RECORD_NOT_FOUND;
    *value_size = registry_write(REGISTRY_CLIENT, &client, value);
    return LEDGER_DONE;
}

static void same_random(void *bytes, size_t size) {
    memset(bytes, 1, size);
}

static const struct adapter_env usual_env = {.version = "1.2.3",
                                             .stats = node_stats,
                                             .ready = node_ready,
                                             .registry_get = registry_get,
                                             .random = same_random};

/* ---- Input --------------------------------------------------------------------------------- */

static bool starts(const char *line, const char *word, const char **rest) {
    size_t size = strlen(word);
    if (strncmp(line, word, size) != 0)
        return false;
    *rest = line + size;
    return true;
}

static uint32_t rights_of(const char *text) {
    static const struct {
        const char *name;
        uint32_t right;
    } rights[] = {{"OPEN", GRANT_OPEN},
                  {"COMPLETE", GRANT_COMPLETE},
                  {"DECLINE", GRANT_DECLINE},
                  {"LOOKUP", GRANT_LOOKUP},
                  {"ACCOUNT_OPEN", GRANT_ACCOUNT_OPEN},
                  {"ACCOUNT_READ", GRANT_ACCOUNT_READ},
                  {"NODE", GRANT_NODE},
                  {"OPERATOR", GRANT_OPERATOR},
                  {"TOKEN", GRANT_TOKEN},
                  {"DELIVER", GRANT_DELIVER}};
    uint32_t set = 0;
    while (*text != '\0' && *text != ' ') {
        size_t size = strcspn(text, "+ "), i = 0;
        while (strlen(rights[i].name) != size || strncmp(rights[i].name, text, size) != 0)
            cr_assert_lt(++i, sizeof rights / sizeof rights[0], "no such right: %s", text);
        set |= rights[i].right;
        text += size + (text[size] == '+');
    }
    return set;
}

static uint32_t ranges_of(const char *text, struct grant_range *ranges) {
    uint32_t count = 0;
    for (char *end; *text >= '0' && *text <= '9'; text = end + (*end == ',')) {
        ranges[count].first = strtoull(text, &end, 10);
        ranges[count++].last = strtoull(end + 1, &end, 10);
    }
    return count;
}

static void read_grant(struct exchange *exchange, const char *text) {
    struct grant *grant = &exchange->grant;
    for (; *text != '\0'; text += strcspn(text, " "), text += *text == ' ') {
        const char *rest;
        if (starts(text, "rights=", &rest))
            grant->rights = rights_of(rest);
        else if (starts(text, "requester=", &rest))
            grant->requester = strtoull(rest, NULL, 10);
        else if (starts(text, "requesters=", &rest))
            grant->requester_count = ranges_of(rest, grant->requesters);
        else if (starts(text, "accounts=", &rest))
            grant->account_count = ranges_of(rest, grant->accounts);
        else
            cr_assert_fail("no such word in a grant: %s", text);
    }
    exchange->request.grant = grant;
}

static void read_call(struct exchange *exchange, const char *text, bool hex) {
    size_t size = strcspn(text, " ");
    exchange->request.method = (struct slice){text, size};
    exchange->request.call_id = 12;
    if (hex)
        golden_from_hex(&exchange->params, text + size + 1);
    else
        golden_from_json(&exchange->params, text + size + 1);
    exchange->request.body = (struct slice){exchange->params.base, exchange->params.used};
}

static void read_path(struct adapter_request *request, const char *line) {
    size_t method = strcspn(line, " ");
    request->method = (struct slice){line, method};
    const char *path = line + method + 1;
    size_t size = strcspn(path, "?");
    request->path = (struct slice){path, size};
    request->query = slice_text(path[size] == '?' ? path + size + 1 : "");
}

static void read_result(struct exchange *exchange, const char *text) {
    struct ledger_result *result = &exchange->results[exchange->result_count++];
    *result = (struct ledger_result){.status = LEDGER_STATUS_COUNT};
    for (unsigned status = 0; status < LEDGER_STATUS_COUNT; status++)
        if (strncmp(text, ledger_status_name(status), strcspn(text, " ")) == 0 &&
            strlen(ledger_status_name(status)) == strcspn(text, " "))
            result->status = (uint16_t)status;
    cr_assert_lt(result->status, LEDGER_STATUS_COUNT, "no such status: %s", text);
    for (text += strcspn(text, " "); *text == ' '; text += strcspn(text, " ")) {
        const char *rest;
        text++;
        if (starts(text, "payment=", &rest))
            result->payment = strtoull(rest, NULL, 10);
        else if (starts(text, "sequence=", &rest))
            result->sequence = strtoull(rest, NULL, 10);
        else if (starts(text, "replayed", &rest))
            result->replayed = 1;
        else if (starts(text, "state=", &rest))
            for (unsigned state = 0; state <= LEDGER_DECLINED; state++)
                if (strncmp(rest, ledger_state_name(state), strcspn(rest, " ")) == 0)
                    result->state = (uint8_t)state;
    }
}

/* ---- Output -------------------------------------------------------------------------------- */

static void put_reply(struct exchange *exchange) {
    struct adapter_reply *reply = &exchange->reply;
    cr_assert_not(reply->body->failed || reply->headers->failed);
    if (exchange->adapter->path_prefix == NULL) {
        buffer_text(&exchange->out, "< ");
        golden_to_json(&exchange->out, reply->body->base, reply->body->used);
        buffer_text(&exchange->out, "\n");
        return;
    }
    buffer_format(&exchange->out, "< %u %s\n", reply->status, reply->content_type);
    const char *line = reply->headers->used > 0 ? reply->headers->base : "";
    const char *end = line + reply->headers->used;
    while (line < end) {
        const char *stop = memchr(line, '\r', (size_t)(end - line));
        cr_assert(stop != NULL && stop[1] == '\n', "a header line without its end");
        buffer_format(&exchange->out, "< %.*s\n", (int)(stop - line), line);
        line = stop + 2;
    }
    buffer_format(&exchange->out, "< %.*s\n", (int)reply->body->used, reply->body->base);
}

static enum adapter_verdict decode(struct exchange *exchange) {
    static _Alignas(8) uint8_t memory[1 << 16];
    static const char *const verdicts[] = {"submit", "query", "answered"};
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    enum adapter_verdict verdict = exchange->adapter->decode(
        exchange->context, &exchange->request, &writer, &exchange->note, &exchange->reply);
    buffer_format(&exchange->out, "< %s\n", verdicts[verdict]);
    if (verdict != ADAPTER_SUBMIT)
        cr_expect_eq(writer.count, 0, "commands of a call that is not submitted");
    size_t used = 0;
    for (uint32_t i = 0; i < writer.count; i++) {
        uint32_t size = ledger_command_size(memory + used, writer.used - used);
        cr_assert_gt(size, 0);
        buffer_text(&exchange->out, "< ");
        golden_command(&exchange->out, memory + used);
        buffer_text(&exchange->out, "\n");
        used += size;
    }
    cr_expect_eq(used, writer.used);
    if (verdict == ADAPTER_ANSWERED)
        put_reply(exchange);
    return verdict;
}

/* Lines about results; true when the line was one. */
static bool take_result(struct exchange *exchange, const char *line) {
    const char *rest;
    struct ledger_result *results = exchange->results;
    const struct adapter *adapter = exchange->adapter;
    if (starts(line, "result ", &rest)) {
        read_result(exchange, rest);
    } else if (starts(line, "record ", &rest)) {
        *results = (struct ledger_result){.sequence = 70};
        results->body = record_find(rest, &results->body_size);
        cr_assert_not_null(results->body, "no such record: %s", rest);
        exchange->result_count = 1;
    } else if (strcmp(line, "unknown") == 0) {
        adapter->encode(exchange->context, &exchange->note, NULL, 0, &exchange->reply);
        put_reply(exchange);
    } else if (strcmp(line, "snapshot") == 0 || strcmp(line, "no-snapshot") == 0) {
        adapter->query(exchange->context, &exchange->note,
                       line[0] == 's' ? record_snapshot() : NULL, &exchange->reply);
        put_reply(exchange);
    } else {
        return false;
    }
    return true;
}

static void take_request(struct exchange *exchange, const char *line) {
    const char *rest;
    struct adapter_request *request = &exchange->request;
    if (strcmp(line, "no-node-key") == 0) {
        exchange->settings.node_key = NULL;
    } else if (starts(line, "grant ", &rest)) {
        read_grant(exchange, rest);
    } else if (starts(line, "call ", &rest)) {
        read_call(exchange, rest, false);
    } else if (starts(line, "hex ", &rest)) {
        read_call(exchange, rest, true);
    } else if (request->method.size == 0) {
        read_path(request, line);
    } else if (line[0] != '{' && line[0] != '[' && strstr(line, ": ") != NULL) {
        size_t size = strcspn(line, ":");
        struct adapter_header *header = &exchange->headers[request->header_count++];
        *header = (struct adapter_header){{line, size}, slice_text(line + size + 2)};
        request->headers = exchange->headers;
    } else {
        request->body = slice_text(line);
    }
}

/* ---- Files --------------------------------------------------------------------------------- */

static bool is_result(const char *line) {
    const char *rest;
    return starts(line, "result ", &rest) || starts(line, "record ", &rest) ||
           strcmp(line, "unknown") == 0 || strcmp(line, "snapshot") == 0 ||
           strcmp(line, "no-snapshot") == 0;
}

static void run_lines(struct exchange *exchange) {
    bool decoded = false;
    for (uint32_t i = 0; i < exchange->line_count; i++) {
        const char *line = exchange->lines[i];
        bool input = line[0] == '>';
        if (input && is_result(line + 2) && !decoded) {
            decoded = true;
            cr_assert_neq(decode(exchange), ADAPTER_ANSWERED, "a result after the answer: %s",
                          line);
        }
        buffer_format(&exchange->out, "%s\n", line);
        if (input && !take_result(exchange, line + 2))
            take_request(exchange, line + 2);
    }
    if (!decoded)
        decode(exchange);
    if (exchange->result_count > 0) {
        exchange->adapter->encode(exchange->context, &exchange->note, exchange->results,
                                  exchange->result_count, &exchange->reply);
        put_reply(exchange);
    }
}

static void run_file(const struct adapter *adapter, const char *path) {
    static char line[LINE_MAX];
    struct exchange *exchange = calloc(1, sizeof *exchange);
    struct buffer before;
    buffer_init(&before, 1 << 20);
    buffer_init(&exchange->out, 1 << 20);
    buffer_init(&exchange->params, 1 << 20);
    buffer_init(&exchange->reply_headers, 1 << 20);
    buffer_init(&exchange->reply_body, 1 << 20);
    exchange->adapter = adapter;
    exchange->reply =
        (struct adapter_reply){.headers = &exchange->reply_headers, .body = &exchange->reply_body};
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    while (fgets(line, sizeof line, file) != NULL) {
        buffer_text(&before, line);
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '<')
            continue;
        cr_assert_lt(exchange->line_count, LINES_MAX);
        exchange->lines[exchange->line_count++] = strdup(line);
    }
    (void)fclose(file);
    exchange->settings = (struct adapter_settings){.node_key = "", .token_life_s = 300};
    exchange->env = usual_env;
    exchange->env.settings = &exchange->settings;
    cr_assert_eq(adapter->init(&exchange->context, &exchange->env), 0);
    run_lines(exchange);
    adapter->fini(exchange->context);
    if (getenv("GOLDEN_UPDATE") != NULL) {
        file = fopen(path, "w");
        (void)fwrite(exchange->out.base, 1, exchange->out.used, file);
        (void)fclose(file);
    } else {
        bool same = slice_equal((struct slice){before.base, before.used},
                                (struct slice){exchange->out.base, exchange->out.used});
        cr_expect(same, "%s differs; now it is:\n%.*s", path, (int)exchange->out.used,
                  exchange->out.base);
    }
    for (uint32_t i = 0; i < exchange->line_count; i++)
        free(exchange->lines[i]);
    buffer_free(&before);
    buffer_free(&exchange->out);
    buffer_free(&exchange->params);
    buffer_free(&exchange->reply_headers);
    buffer_free(&exchange->reply_body);
    free(exchange);
}

void golden_run(const struct adapter *adapter, const char *folder) {
    char path[512];
    uint32_t count = 0;
    (void)snprintf(path, sizeof path, "%s/golden/%s", TESTS_FOLDER, folder);
    DIR *directory = opendir(path);
    cr_assert_not_null(directory, "%s", path);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        size_t size = strlen(entry->d_name);
        if (size < 5 || strcmp(entry->d_name + size - 4, ".txt") != 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/golden/%s/%s", TESTS_FOLDER, folder, entry->d_name);
        run_file(adapter, path);
        count++;
    }
    (void)closedir(directory);
    cr_assert_gt(count, 0, "no files in %s", path);
}
