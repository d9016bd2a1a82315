#include "tests/lib/script.h"
#include "tests/lib/folder.h"
#include "tests/lib/options.h"
#include "tests/lib/require.h"
#include "tests/lib/script_internal.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIFE_SECONDS_MAX = 60 }; /* then a life hangs */

static const char *const mode_names[SCRIPT_MODES] = {"command by command", "in batches",
                                                     "with restarts"};
static bool reached_here[LEDGER_STATUS_COUNT];

bool script_fail(struct script *script, const char *format, ...) {
    if (script->life->failure[0] != '\0')
        return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(script->life->failure, sizeof script->life->failure, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- The ledger under test ---- */

bool script_reopen(struct script *script) {
    struct ledger_failure failure = {0};
    if (ledger_close(script->ledger) != 0)
        return script_fail(script, "closing failed");
    script->ledger = NULL;
    if (ledger_open(&script->ledger, &script->options, script->life->now_ns, &failure) != 0) {
        script->ledger = NULL;
        return script_fail(script, "opening failed: %s", failure.text);
    }
    return true;
}

bool script_ask(struct script *script, struct ledger_writer *writer, struct ledger_result *result) {
    const void *command = writer->base;
    uint64_t now_ns = script->life->now_ns;
    if (ledger_commit(script->ledger, now_ns, &command, 1, result) != 0)
        return script_fail(script, "commit failed: %s", ledger_failure_text(script->ledger));
    return true;
}

static bool same_value(const struct script_expect *expect, const struct ledger_result *result) {
    size_t size = strlen(expect->value);
    return !expect->has_value ||
           (result->body_size == size && memcmp(result->body, expect->value, size) == 0);
}

static void compare(struct script *script, const struct script_expect *expect,
                    const struct ledger_result *result) {
    bool good = result->status == expect->status &&
                (expect->state < 0 || result->state == expect->state) &&
                result->replayed == (expect->status == LEDGER_REPLAYED) &&
                (expect->result < 0 || result->payment == (uint64_t)expect->result) &&
                same_value(expect, result);
    if (good)
        script->life->reached[result->status] = true;
    else
        script_fail(script, "%s: got %s %s replayed %u payment %llu", expect->statement,
                    ledger_status_name(result->status), ledger_state_name(result->state),
                    result->replayed, (unsigned long long)result->payment);
}

/* In the third mode: what happens after each commit, in turn. */
static bool restart(struct script *script) {
    switch (script->life->commits++ % 3) {
    case 0:
        if (ledger_flush(script->ledger) != 0)
            return script_fail(script, "flush failed");
        return true;
    case 1:
        return script_reopen(script);
    default:
        raise(SIGKILL);
        return false;
    }
}

bool script_send(struct script *script) {
    static struct ledger_result results[SCRIPT_BATCH_MAX];
    uint32_t count = script->writer.count;
    if (script->life->failure[0] != '\0')
        return false;
    if (count == 0)
        return true;
    memset(results, 0xff, sizeof results); /* every field must be set */
    int error =
        ledger_commit(script->ledger, script->life->now_ns, script->commands, count, results);
    if (error != 0)
        return script_fail(script, "%s: commit failed: %s", script->expect[0].statement,
                           ledger_failure_text(script->ledger));
    for (uint32_t i = 0; i < count; i++)
        compare(script, &script->expect[i], &results[i]);
    script->writer.used = script->writer.count = 0;
    if (ledger_tick(script->ledger, script->life->now_ns) != 0)
        return script_fail(script, "tick failed: %s", ledger_failure_text(script->ledger));
    return script->life->failure[0] == '\0' &&
           (script->mode != SCRIPT_RESTARTED || restart(script));
}

/* ---- Control statements and the end ---- */

static void audit_fault(void *context, const char *line) {
    script_fail(context, "audit: %s", line);
}

static bool audit(struct script *script) {
    struct ledger_audit audit = {0};
    int error = ledger_audit(script->ledger, &audit, audit_fault, NULL, script);
    if (error != 0)
        return script_fail(script, "audit failed: %s", ledger_error_text(error));
    if (audit.faults != 0)
        return script_fail(script, "audit: %llu faults", (unsigned long long)audit.faults);
    return true;
}

static bool control(struct script *script, struct script_words *words) {
    if (!script_send(script))
        return false;
    if (words_accept(words, "at")) {
        script->life->now_ns = script_time(words_take(words));
    } else if (words_accept(words, "wait")) {
        script->life->now_ns += words_number(words) * SECOND_NS;
    } else if (words_accept(words, "flush")) {
        if (ledger_flush(script->ledger) != 0)
            return script_fail(script, "flush failed");
    } else if (words_accept(words, "reopen")) {
        return script_reopen(script);
    } else if (words_accept(words, "crash")) {
        raise(SIGKILL);
    } else if (words_accept(words, "audit")) {
        return audit(script);
    } else {
        return script_fail(script, "unknown statement: %s", words_peek(words));
    }
    return true;
}

static void run_statements(struct script *script, const char *text) {
    static struct script_words words;
    for (size_t position = script->life->position; words_read(&words, text, &position);) {
        bool command = script_command(script, &words);
        bool query = !command && script_query(script, &words);
        /* A kill must find the position behind what is durable: it then goes on from there. */
        if (command && script->mode != SCRIPT_BATCHED) {
            script->life->position = position;
            script_send(script);
        } else if (!command) {
            script->life->position = position;
            if (!query)
                control(script, &words);
        }
        if (script->life->failure[0] != '\0' ||
            (script->mode == SCRIPT_BATCHED && script->writer.count == SCRIPT_BATCH_MAX &&
             !script_send(script)))
            return;
    }
    if (script_send(script) && audit(script) && script_reopen(script))
        audit(script);
}

/* One life of the script in its own process: from where the last one was killed to the end. */
static void live(struct script *script, const char *text) {
    script->writer = (struct ledger_writer){.base = script->memory, .size = sizeof script->memory};
    if (script_reopen(script))
        run_statements(script, text);
    script->life->done = true;
    fflush(NULL);
    ledger_close(script->ledger);
}

static void run_mode(struct script *script, const char *text) {
    char folder[FOLDER_PATH_MAX], data[FOLDER_PATH_MAX];
    folder_make(folder);
    folder_join(data, folder, "data");
    script->options.folder = data;
    *script->life = (struct script_life){.now_ns = script_time("2026-03-10T12:00:00")};
    int status = 0;
    do {
        fflush(NULL);
        pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            alarm(LIFE_SECONDS_MAX);
            live(script, text);
            _exit(0);
        }
        REQUIRE(waitpid(child, &status, 0) == child);
    } while (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    folder_remove(folder);
    if (!script->life->done || status != 0)
        script_fail(script, "the process ended with status %x after offset %zu", status,
                    script->life->position);
}

const char *script_run_with(const char *text, const struct ledger_options *options) {
    static struct script script;
    static char failure[SCRIPT_FAILURE_MAX + 64];
    struct ledger_options small = small_options(NULL);
    script.life =
        mmap(NULL, sizeof *script.life, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(script.life != MAP_FAILED);
    failure[0] = '\0';
    for (unsigned mode = 0; mode < SCRIPT_MODES && failure[0] == '\0'; mode++) {
        script.mode = mode;
        script.options = options != NULL ? *options : small;
        run_mode(&script, text);
        if (script.life->failure[0] != '\0')
            snprintf(failure, sizeof failure, "%s: %s", mode_names[mode], script.life->failure);
        for (unsigned i = 0; i < LEDGER_STATUS_COUNT; i++)
            reached_here[i] |= script.life->reached[i];
    }
    munmap(script.life, sizeof *script.life);
    return failure[0] != '\0' ? failure : NULL;
}

const char *script_run(const char *text) {
    return script_run_with(text, NULL);
}

const bool *script_reached(void) {
    return reached_here;
}
