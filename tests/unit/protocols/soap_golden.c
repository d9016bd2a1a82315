/* soap_golden.c - runs the files of tests/golden/agent_soap. */
#include "tests/unit/protocols/soap_golden.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/agent_soap/refusals.h"
#include "protocols/common/operation.h"
#include "tests/unit/protocols/golden.h"
#include "tests/unit/protocols/soap_rig.h"

enum { LINES_MAX = 64, LINE_BYTES = 16384, RESULTS_MAX = 4 };

/* A payment as a lookup answers it. */
struct stored {
    struct ledger_payment payment;
    struct ledger_leg legs[LEDGER_LEGS_MAX];
};

struct exchange {
    struct soap_rig rig;
    struct rig_signing signing;
    char words[4][64]; /* what signing points to */
    char path[128];
    struct buffer request, out;
    bool altered, posted;
    struct ledger_result results[RESULTS_MAX];
    struct stored stored[RESULTS_MAX];
    struct ledger_account account;
    uint32_t result_count;
};

static bool starts(const char *line, const char *word, const char **rest) {
    size_t size = strlen(word);
    if (strncmp(line, word, size) != 0)
        return false;
    *rest = line + size;
    return true;
}

/* ---- Input --------------------------------------------------------------------------------- */

/* Copies the next word of *line to word[size]; moves *line behind it and its blank. */
static const char *next_word(const char **line, char *word, size_t size) {
    size_t count = strcspn(*line, " ");
    cr_assert_lt(count, size, "a word is too long: %s", *line);
    memcpy(word, *line, count);
    word[count] = '\0';
    *line += count + ((*line)[count] == ' ');
    return word;
}

static void read_key(struct exchange *exchange, const char *line) {
    struct rig_signing *signing = &exchange->signing;
    for (int i = 0; i < 4; i++)
        (void)next_word(&line, exchange->words[i], sizeof exchange->words[i]);
    const char *c14n = exchange->words[3];
    signing->key = strcmp(exchange->words[0], "-") == 0 ? NULL : exchange->words[0];
    signing->certificate = strcmp(exchange->words[1], "-") == 0 ? NULL : exchange->words[1];
    signing->algorithms.hash = strcmp(exchange->words[2], "sha256") == 0 ? DSIG_SHA256 : DSIG_SHA1;
    signing->algorithms.c14n = strcmp(c14n, "exclusive") == 0   ? DSIG_EXCLUSIVE
                               : strcmp(c14n, "inclusive") == 0 ? DSIG_INCLUSIVE
                                                                : DSIG_EXCLUSIVE_COMMENTS;
}

static void read_set(struct exchange *exchange, const char *line) {
    char key[128], field[64];
    (void)next_word(&line, key, sizeof key);
    (void)next_word(&line, field, sizeof field);
    rig_change(&exchange->rig, key, field, line);
}

static void read_tariff(struct exchange *exchange, const char *line) {
    struct registry_tariff tariff = {.payer = PAYER_AGENT};
    char word[64];
    const char *why = "";
    tariff.operation = operation_number(slice_text(next_word(&line, word, sizeof word)));
    cr_assert_neq(tariff.operation, 0, "no such operation: %s", word);
    while (*line != '\0') {
        (void)next_word(&line, word, sizeof word);
        size_t name = strcspn(word, "=");
        const struct registry_field *field =
            registry_field_of(REGISTRY_TARIFF, (struct slice){word, name});
        cr_assert_not_null(field, "no such field: %s", word);
        cr_assert(registry_set(REGISTRY_TARIFF, &tariff, field, slice_text(word + name + 1), &why),
                  "%s: %s", word, why);
    }
    rig_put(&exchange->rig, REGISTRY_TARIFF, &tariff);
}

static unsigned state_of(const char *text) {
    unsigned state = LEDGER_WAITING;
    while (state <= LEDGER_DECLINED && strcmp(ledger_state_name(state), text) != 0)
        state++;
    cr_assert_leq(state, LEDGER_DECLINED, "no such state: %s", text);
    return state;
}

static struct ledger_result *next_result(struct exchange *exchange) {
    cr_assert_lt(exchange->result_count, RESULTS_MAX);
    struct ledger_result *result = &exchange->results[exchange->result_count++];
    *result = (struct ledger_result){.sequence = 9};
    return result;
}

static void read_result(struct exchange *exchange, const char *line) {
    struct ledger_result *result = next_result(exchange);
    char word[64];
    const char *rest;
    unsigned status = 0;
    (void)next_word(&line, word, sizeof word);
    while (status < LEDGER_STATUS_COUNT && strcmp(ledger_status_name(status), word) != 0)
        status++;
    cr_assert_lt(status, LEDGER_STATUS_COUNT, "no such status: %s", word);
    result->status = (uint16_t)status;
    while (*line != '\0') {
        (void)next_word(&line, word, sizeof word);
        if (starts(word, "payment=", &rest))
            result->payment = strtoull(rest, NULL, 10);
        else if (starts(word, "state=", &rest))
            result->state = (uint8_t)state_of(rest);
        else
            cr_assert_fail("no such word in a result: %s", word);
    }
}

static void read_payment(struct exchange *exchange, const char *line) {
    char word[128], *end = word;
    struct ledger_result *result = next_result(exchange);
    struct stored *stored = &exchange->stored[exchange->result_count - 1];
    *stored = (struct stored){.payment = {.requester = RIG_AGENT}};
    stored->payment.id = strtoull(next_word(&line, word, sizeof word), NULL, 10);
    stored->payment.state = (uint8_t)state_of(next_word(&line, word, sizeof word));
    stored->payment.operation = (uint16_t)strtoul(next_word(&line, word, sizeof word), NULL, 10);
    (void)next_word(&line, word, sizeof word);
    while (*end != '\0') {
        struct ledger_leg *leg = &stored->legs[stored->payment.leg_count++];
        leg->debit = strtoull(end, &end, 10);
        leg->credit = strtoull(end + 1, &end, 10);
        leg->amount = strtoull(end + 1, &end, 10);
        end += *end == ',';
    }
    result->state = stored->payment.state;
    result->payment = stored->payment.id;
    result->body = stored;
    result->body_size = sizeof *stored;
}

static void read_account(struct exchange *exchange, const char *line) {
    struct ledger_result *result = next_result(exchange);
    char word[64];
    const char *rest;
    while (*line != '\0') {
        (void)next_word(&line, word, sizeof word);
        if (starts(word, "credits=", &rest))
            exchange->account.credits_posted = strtoull(rest, NULL, 10);
        else if (starts(word, "debits=", &rest))
            exchange->account.debits_posted = strtoull(rest, NULL, 10);
        else if (starts(word, "debits_pending=", &rest))
            exchange->account.debits_pending = strtoull(rest, NULL, 10);
        else if (starts(word, "floor=", &rest))
            exchange->account.floor = strtoull(rest, NULL, 10);
        else
            cr_assert_fail("no such word in an account: %s", word);
    }
    result->body = &exchange->account;
    result->body_size = sizeof exchange->account;
}

/* ---- Output -------------------------------------------------------------------------------- */

/* A signed answer must be its own canonical form, and verify. */
static void check_signed(struct soap_rig *rig) {
    if (strstr(rig_body(rig), "<Signature ") == NULL)
        return;
    cr_expect(rig_canonical(rig), "not canonical: %s", rig_body(rig));
    cr_expect(rig_signed(rig), "does not verify: %s", rig_body(rig));
}

static void put_reply(struct exchange *exchange) {
    struct soap_rig *rig = &exchange->rig;
    check_signed(rig);
    struct buffer *out = &exchange->out;
    buffer_format(out, "< %u %s\n", rig->reply.status, rig->reply.content_type);
    const char *line = rig->reply_headers.base;
    const char *end = rig->reply_headers.used == 0 ? line : line + rig->reply_headers.used;
    while (line < end) {
        const char *stop = memchr(line, '\r', (size_t)(end - line));
        cr_assert(stop != NULL && stop[1] == '\n', "a header line without its end");
        buffer_format(out, "< %.*s\n", (int)(stop - line), line);
        line = stop + 2;
    }
    buffer_format(out, "< %s\n", rig_body(rig));
}

static void put_verdict(struct exchange *exchange, enum adapter_verdict verdict) {
    const struct ledger_writer *writer = &exchange->rig.writer;
    bool asks = verdict == ADAPTER_ASK, submits = verdict == ADAPTER_SUBMIT || asks;
    const struct adapter_question *question = &exchange->rig.work.question;
    if (asks)
        buffer_format(&exchange->out, "< ask provider=%u service=%llu account=%s amount=%llu\n",
                      question->provider, (unsigned long long)question->service, question->account,
                      (unsigned long long)question->amount);
    buffer_format(&exchange->out, "< %s\n", submits ? "submit" : "answered");
    size_t used = 0;
    cr_assert_leq(writer->count, ADAPTER_WORK_COMMANDS);
    cr_assert_eq(writer->count > 0, submits);
    for (uint32_t i = 0; i < writer->count; i++) {
        uint32_t size = ledger_command_size(writer->base + used, writer->used - used);
        cr_assert_gt(size, 0);
        buffer_text(&exchange->out, "< ");
        golden_command(&exchange->out, writer->base + used);
        buffer_text(&exchange->out, "\n");
        used += size;
    }
    if (verdict == ADAPTER_ANSWERED)
        put_reply(exchange);
}

static void post(struct exchange *exchange) {
    struct slice body = {exchange->request.base, exchange->request.used};
    buffer_format(&exchange->out, "< POST /allpay-public-soap/%s\n< %.*s\n", exchange->path,
                  (int)body.size, body.base);
    enum adapter_verdict verdict = rig_post(&exchange->rig, exchange->path, body);
    put_verdict(exchange, verdict);
    exchange->posted = verdict == ADAPTER_SUBMIT || verdict == ADAPTER_ASK;
}

static void read_call(struct exchange *exchange, const char *line) {
    char operation[64];
    (void)next_word(&line, exchange->path, sizeof exchange->path);
    (void)next_word(&line, operation, sizeof operation);
    struct buffer *request = &exchange->request;
    rig_request(exchange->path, operation, line, &exchange->signing, request);
    if (!exchange->altered)
        return;
    buffer_append(request, "", 1);
    char *at = strstr(request->base, "</S:Body>"); /* a blank where white space may stand */
    cr_assert_not_null(at);
    memmove(at + 1, at, strlen(at));
    *at = ' ';
}

static void read_xml(struct exchange *exchange, const char *line) {
    (void)next_word(&line, exchange->path, sizeof exchange->path);
    buffer_text(&exchange->request, line);
}

/* "ok owner=A.B. debt=-5.00": the provider's answer to the question; '_' stands for a blank. */
static void read_provider(struct exchange *exchange, const char *line) {
    struct outbound_answer *answer = &exchange->rig.work.answer;
    char word[128];
    (void)next_word(&line, word, sizeof word);
    *answer = (struct outbound_answer){.known = true};
    answer->verdict = strcmp(word, "ok") == 0        ? OUTBOUND_OK
                      : strcmp(word, "refused") == 0 ? OUTBOUND_REFUSED
                                                     : OUTBOUND_AGAIN;
    while (*line != '\0') {
        struct outbound_field *field = &answer->fields[answer->field_count++];
        size_t name = strcspn(next_word(&line, word, sizeof word), "=");
        memcpy(field->name, word, name);
        for (const char *at = word + name + 1, *start = at; *at != '\0'; at++)
            field->value[at - start] = *at == '_' ? ' ' : *at;
    }
}

/* ---- Files --------------------------------------------------------------------------------- */

static void take_line(struct exchange *exchange, const char *line) {
    const char *rest;
    if (starts(line, "call ", &rest))
        read_call(exchange, rest);
    else if (starts(line, "xml ", &rest))
        read_xml(exchange, rest);
    else if (starts(line, "key ", &rest))
        read_key(exchange, rest);
    else if (starts(line, "set ", &rest))
        read_set(exchange, rest);
    else if (starts(line, "tariff ", &rest))
        read_tariff(exchange, rest);
    else if (starts(line, "peer ", &rest))
        exchange->rig.work.request.peer = slice_text(rest);
    else if (starts(line, "result ", &rest))
        read_result(exchange, rest);
    else if (starts(line, "provider ", &rest))
        read_provider(exchange, rest);
    else if (starts(line, "payment ", &rest))
        read_payment(exchange, rest);
    else if (starts(line, "account ", &rest))
        read_account(exchange, rest);
    else if (strcmp(line, "no-node-key") == 0)
        rig_restart(&exchange->rig, false);
    else if (strcmp(line, "altered") == 0)
        exchange->altered = true;
    else if (strcmp(line, "registry-busy") == 0)
        exchange->rig.registry_busy = true;
    else
        cr_assert_fail("no such line: %s", line);
}

static void run_lines(struct exchange *exchange, char **lines, uint32_t count) {
    bool asked = false;
    for (uint32_t i = 0; i < count; i++) {
        char *line = lines[i];
        buffer_format(&exchange->out, "%s\n", line);
        if (line[0] != '>')
            continue;
        cr_assert_eq(line[1], ' ');
        if (strcmp(line, "> unknown") == 0) {
            agent_soap_adapter.encode(exchange->rig.context, &exchange->rig.note, NULL, 0,
                                      &exchange->rig.reply);
            put_reply(exchange);
            exchange->posted = false;
            continue;
        }
        take_line(exchange, line + 2);
        if (!asked && exchange->request.used > 0) {
            asked = true;
            post(exchange);
        }
    }
    cr_assert_eq(exchange->result_count > 0, exchange->posted, "results for an answer, or none");
    if (exchange->posted) {
        rig_results(&exchange->rig, exchange->results, exchange->result_count);
        put_reply(exchange);
    }
}

static void compare(const char *path, const struct buffer *before, const struct buffer *after) {
    if (getenv("GOLDEN_UPDATE") != NULL) {
        FILE *file = fopen(path, "w");
        (void)fwrite(after->base, 1, after->used, file);
        (void)fclose(file);
        return;
    }
    bool same = slice_equal((struct slice){before->base, before->used},
                            (struct slice){after->base, after->used});
    cr_expect(same, "%s differs; now it is:\n%.*s", path, (int)after->used, after->base);
}

static void run_file(const char *path) {
    static char line[LINE_BYTES];
    char *lines[LINES_MAX];
    uint32_t count = 0;
    struct buffer before;
    struct exchange *exchange = calloc(1, sizeof *exchange);
    exchange->signing = rig_signing_field;
    buffer_init(&before, 1 << 20);
    buffer_init(&exchange->request, 1 << 20);
    buffer_init(&exchange->out, 1 << 20);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    while (fgets(line, sizeof line, file) != NULL) {
        buffer_text(&before, line);
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '<')
            continue;
        cr_assert_lt(count, LINES_MAX);
        lines[count++] = strdup(line);
    }
    (void)fclose(file);
    rig_start(&exchange->rig, true);
    run_lines(exchange, lines, count);
    rig_stop(&exchange->rig);
    compare(path, &before, &exchange->out);
    soap_golden_note(&exchange->out);
    for (uint32_t i = 0; i < count; i++)
        free(lines[i]);
    buffer_free(&before);
    buffer_free(&exchange->request);
    buffer_free(&exchange->out);
    free(exchange);
}

void soap_golden_run(void) {
    char path[512];
    uint32_t count = 0;
    (void)snprintf(path, sizeof path, "%s/golden/agent_soap", TESTS_FOLDER);
    DIR *directory = opendir(path);
    cr_assert_not_null(directory, "%s", path);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        size_t size = strlen(entry->d_name);
        if (size < 5 || strcmp(entry->d_name + size - 4, ".txt") != 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/golden/agent_soap/%s", TESTS_FOLDER, entry->d_name);
        run_file(path);
        count++;
    }
    (void)closedir(directory);
    cr_assert_gt(count, 0, "no files in %s", path);
    soap_golden_check_seen();
}
