/* script_internal.h - what the parts of the script runner share. */
#ifndef TESTS_LIB_SCRIPT_INTERNAL_H
#define TESTS_LIB_SCRIPT_INTERNAL_H

#include "ledger/ledger.h"

#include <stdalign.h>

enum {
    SCRIPT_WORDS_MAX = 96,
    SCRIPT_STATEMENT_MAX = 1024,
    SCRIPT_BATCH_MAX = 64,
    SCRIPT_FAILURE_MAX = 2048,
};

enum script_mode { SCRIPT_SINGLE, SCRIPT_BATCHED, SCRIPT_RESTARTED, SCRIPT_MODES };

/* What outlives a crash: shared memory between the lives of one script. */
struct script_life {
    size_t position; /* of the next statement in the text */
    uint64_t now_ns;
    uint64_t commits;
    bool done;
    bool reached[LEDGER_STATUS_COUNT];
    char failure[SCRIPT_FAILURE_MAX]; /* "": none */
};

struct script_words { /* one statement */
    char text[SCRIPT_STATEMENT_MAX];
    const char *word[SCRIPT_WORDS_MAX + 1]; /* ends with NULL */
    unsigned count, next;
};

struct script_expect {
    char statement[160];
    unsigned status;
    int state;  /* -1: any */
    int result; /* of expire: how many; -1: any */
    bool has_value;
    char value[256]; /* of get */
};

struct script {
    struct script_life *life;
    struct ledger_options options;
    enum script_mode mode;
    struct ledger *ledger;
    struct ledger_writer writer;
    struct script_expect expect[SCRIPT_BATCH_MAX];
    const void *commands[SCRIPT_BATCH_MAX];
    alignas(8) uint8_t memory[SCRIPT_BATCH_MAX * LEDGER_COMMAND_MAX];
};

/* Notes the first failure of the script. Returns false. */
bool script_fail(struct script *script, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* script_words.c: false when the statement is over. */
const char *words_peek(const struct script_words *words);
const char *words_take(struct script_words *words);
bool words_accept(struct script_words *words, const char *word);
uint64_t words_number(struct script_words *words);
uint64_t script_number(const char *text);
/* Splits the statement at text[*position] and steps over it; false at the end. */
bool words_read(struct script_words *words, const char *text, size_t *position);

/* script_command.c: appends the command that the words say; false: they say none. */
bool script_command(struct script *script, struct script_words *words);
/* script_query.c: the same for queries. Sends what waits first. */
bool script_query(struct script *script, struct script_words *words);

/* Commits what waits and compares the answers. False: failed. */
bool script_send(struct script *script);
/* Commits one command; its body lives until the next commit. */
bool script_ask(struct script *script, struct ledger_writer *writer, struct ledger_result *result);
bool script_reopen(struct script *script);
uint64_t script_time(const char *text); /* "YYYY-MM-DDTHH:MM:SS" of UTC+5 in ns */

#define SCRIPT_REQUESTER 7

#endif
