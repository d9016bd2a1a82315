#include "tests/lib/require.h"
#include "tests/lib/script_internal.h"

#include <string.h>

/* ---- Accounts ---- */

static uint32_t flag_of(const char *word) {
    if (strcmp(word, "frozen") == 0)
        return LEDGER_ACCOUNT_FROZEN;
    if (strcmp(word, "closed") == 0)
        return LEDGER_ACCOUNT_CLOSED;
    return strcmp(word, "overdraft") == 0 ? LEDGER_ACCOUNT_OVERDRAFT : 0;
}

/* Takes the account words up to the end; returns the set of fields they name. */
static uint32_t account_fields(struct script_words *words, struct ledger_account_request *request) {
    uint32_t fields = 0;
    for (const char *word = words_peek(words); *word != '\0' && *word != '=';
         word = words_peek(words)) {
        words->next++;
        if (flag_of(word) != 0) {
            request->flags |= flag_of(word);
        } else if (strcmp(word, "flags") == 0) {
            fields |= LEDGER_FIELD_FLAGS;
            words_accept(words, "none");
        } else if (strcmp(word, "owner") == 0) {
            fields |= LEDGER_FIELD_OWNER, request->owner = words_number(words);
        } else if (strcmp(word, "floor") == 0) {
            fields |= LEDGER_FIELD_FLOOR, request->floor = words_number(words);
        } else if (strcmp(word, "ceiling") == 0) {
            fields |= LEDGER_FIELD_CEILING, request->ceiling = words_number(words);
        } else if (strcmp(word, "day") == 0) {
            fields |= LEDGER_FIELD_DAY_LIMIT, request->day_limit = words_number(words);
        } else if (strcmp(word, "month") == 0) {
            fields |= LEDGER_FIELD_MONTH_LIMIT, request->month_limit = words_number(words);
        } else if (strcmp(word, "currency") == 0) {
            request->currency = (uint16_t)words_number(words);
        } else {
            request->kind = (uint16_t)ledger_kind_of(word, strlen(word));
            REQUIRE(request->kind != 0);
        }
    }
    return fields;
}

static struct ledger_account_request account_request(struct script_words *words) {
    return (struct ledger_account_request){.id = words_number(words),
                                           .owner = 5,
                                           .ceiling = LEDGER_NO_CEILING,
                                           .day_limit = LEDGER_NO_CEILING,
                                           .month_limit = LEDGER_NO_CEILING,
                                           .kind = LEDGER_WALLET,
                                           .currency = LEDGER_CURRENCY_KZT};
}

static enum ledger_status put_account(struct script *script, struct script_words *words) {
    struct ledger_account_request request = account_request(words);
    account_fields(words, &request);
    return ledger_put_account_open(&script->writer, &request);
}

static enum ledger_status put_change(struct script *script, struct script_words *words) {
    struct ledger_account_request request = account_request(words);
    uint32_t fields = account_fields(words, &request);
    return ledger_put_account_change(&script->writer, &request, fields);
}

/* ---- Payments ---- */

/* A word stands for a token: its hash is the word, padded with dots. */
static void token_hash(const char *word, uint8_t *hash) {
    REQUIRE(strlen(word) <= LEDGER_TOKEN_HASH);
    memset(hash, '.', LEDGER_TOKEN_HASH);
    memcpy(hash, word, strlen(word));
}

/* The id of a payment of the default requester, or of "#ID". */
static uint64_t payment_id(struct script *script, const char *word) {
    if (*word == '#')
        return script_number(word + 1);
    struct ledger_target target = {
        .requester = SCRIPT_REQUESTER, .reference = word, .reference_size = (uint32_t)strlen(word)};
    alignas(8) uint8_t memory[LEDGER_COMMAND_MAX];
    struct ledger_writer writer = {.base = memory, .size = sizeof memory};
    REQUIRE(ledger_put_target(&writer, LEDGER_LOOKUP, &target) == LEDGER_DONE);
    struct ledger_result result = {0};
    script_send(script);
    script_ask(script, &writer, &result);
    return result.payment;
}

static void open_legs(struct script_words *words, struct ledger_leg_request *legs,
                      struct ledger_open *open) {
    for (char *arrow = NULL; (arrow = strchr(words_peek(words), '>')) != NULL;) {
        if (words_peek(words)[0] == '=')
            break;
        REQUIRE(open->leg_count <= LEDGER_LEGS_MAX);
        struct ledger_leg_request *leg = &legs[open->leg_count++];
        *arrow = '\0';
        leg->debit = words_number(words);
        leg->credit = script_number(arrow + 1);
        leg->amount = words_number(words);
    }
}

static void open_option(struct script *script, struct script_words *words, struct ledger_open *open,
                        uint8_t *hash) {
    const char *word = words_take(words);
    if (strcmp(word, "wait") == 0) {
        open->wait_for_funds = true;
    } else if (strcmp(word, "callback") == 0) {
        open->callback = true;
    } else if (strcmp(word, "declined") == 0) {
        open->declined = true;
    } else if (strcmp(word, "by") == 0) {
        open->requester = words_number(words);
    } else if (strcmp(word, "expires") == 0) {
        open->expires_in_s = (uint32_t)words_number(words);
    } else if (strcmp(word, "match") == 0) {
        open->match_size = (uint32_t)words_number(words);
    } else if (strcmp(word, "repeats") == 0) {
        open->repeat_after_ms = (uint32_t)words_number(words);
    } else if (strcmp(word, "deliver") == 0) {
        open->deliver_to = (uint32_t)words_number(words);
    } else if (strcmp(word, "op") == 0) {
        open->operation = (uint16_t)words_number(words);
    } else if (strcmp(word, "date") == 0) {
        open->value_date = (uint32_t)words_number(words);
    } else if (strcmp(word, "reverses") == 0) {
        open->reversal_of = payment_id(script, words_take(words));
    } else if (strcmp(word, "token") == 0) {
        open->token_account = words_number(words);
        token_hash(words_take(words), hash);
        open->token_hash = hash;
    } else {
        REQUIRE(strcmp(word, "attributes") == 0);
        open->attributes = words_take(words);
        open->attributes_size = (uint32_t)strlen(open->attributes);
    }
}

static enum ledger_status put_open(struct script *script, struct script_words *words, bool post) {
    struct ledger_leg_request legs[LEDGER_LEGS_MAX + 1];
    uint8_t hash[LEDGER_TOKEN_HASH];
    const char *reference = words_take(words);
    struct ledger_open open = {.requester = SCRIPT_REQUESTER,
                               .reference = reference,
                               .reference_size = (uint32_t)strlen(reference),
                               .legs = legs,
                               .post = post};
    open_legs(words, legs, &open);
    while (*words_peek(words) != '\0' && *words_peek(words) != '=')
        open_option(script, words, &open, hash);
    return ledger_put_open(&script->writer, &open);
}

static enum ledger_status put_check(struct script *script, struct script_words *words) {
    struct ledger_leg_request legs[LEDGER_LEGS_MAX + 1];
    struct ledger_open open = {.legs = legs};
    open_legs(words, legs, &open);
    return ledger_put_check(&script->writer, legs, open.leg_count);
}

static enum ledger_status put_target(struct script *script, struct script_words *words,
                                     enum ledger_kind kind) {
    struct ledger_target target = {.requester = SCRIPT_REQUESTER};
    const char *name = words_take(words);
    if (*name == '#') {
        target.payment = script_number(name + 1);
    } else {
        target.reference = name;
        target.reference_size = (uint32_t)strlen(name);
    }
    while (*words_peek(words) != '\0' && *words_peek(words) != '=') {
        const char *word = words_take(words);
        if (strcmp(word, "by") == 0) {
            target.requester = words_number(words);
        } else if (strcmp(word, "operator") == 0) {
            target.payment = payment_id(script, name);
            target.requester = 0;
            target.reference_size = 0;
        } else if (strcmp(word, "ref") == 0) { /* besides the id */
            target.reference = words_take(words);
            target.reference_size = (uint32_t)strlen(target.reference);
        } else {
            REQUIRE(strcmp(word, "provider") == 0);
            target.by_provider = true;
        }
    }
    return ledger_put_target(&script->writer, kind, &target);
}

/* ---- The rest ---- */

static enum ledger_status put_issue(struct script *script, struct script_words *words) {
    uint8_t hash[LEDGER_TOKEN_HASH];
    uint64_t account = words_number(words);
    token_hash(words_take(words), hash);
    return ledger_put_token(&script->writer, account, hash, (uint32_t)words_number(words));
}

static enum ledger_status put_attempt(struct script *script, struct script_words *words) {
    struct ledger_attempt_request request = {.payment = payment_id(script, words_take(words))};
    if (words_accept(words, "told"))
        request.outcome = LEDGER_ATTEMPT_TOLD;
    else if (words_accept(words, "timed-out"))
        request.outcome = LEDGER_ATTEMPT_TIMED_OUT;
    return ledger_put_attempt(&script->writer, &request);
}

static enum ledger_status put_registry(struct script *script, struct script_words *words) {
    const char *key = words_take(words), *value = words_take(words);
    uint64_t version = LEDGER_VERSION_ANY;
    if (words_accept(words, "new")) {
        version = LEDGER_VERSION_NEW;
    } else if (words_accept(words, "over")) {
        const char *before = words_take(words);
        version = ledger_registry_version(before, strlen(before));
    }
    return ledger_put_registry(&script->writer, key, (uint32_t)strlen(key), value,
                               (uint32_t)strlen(value), version);
}

static enum ledger_status put_get(struct script *script, struct script_words *words,
                                  struct script_expect *expect) {
    const char *key = words_take(words);
    if (words_accept(words, "=")) {
        expect->has_value = true;
        snprintf(expect->value, sizeof expect->value, "%s", words_take(words));
    }
    return ledger_put_registry_lookup(&script->writer, key, (uint32_t)strlen(key));
}

static unsigned named(const char *word, unsigned count, const char *(*name_of)(unsigned)) {
    for (unsigned i = 0; i < count; i++)
        if (strcmp(word, name_of(i)) == 0)
            return i;
    fprintf(stderr, "script: unknown name %s\n", word);
    REQUIRE(false);
    return count;
}

/* Appends the command of that name, and says which state one expects when nothing is said. */
static enum ledger_status put(struct script *script, struct script_words *words, const char *name,
                              struct script_expect *expect) {
    static const struct {
        const char *name;
        enum ledger_kind kind;
        int state;
    } targets[] = {{"complete", LEDGER_COMPLETE, LEDGER_COMPLETED},
                   {"decline", LEDGER_DECLINE, LEDGER_DECLINED},
                   {"retry", LEDGER_RETRY, -1},
                   {"dispatch", LEDGER_DISPATCH, LEDGER_HELD},
                   {"notify", LEDGER_NOTIFY, -1},
                   {"lookup", LEDGER_LOOKUP, -1}};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        if (strcmp(name, targets[i].name) == 0) {
            expect->state = targets[i].state;
            return put_target(script, words, targets[i].kind);
        }
    }
    if (strcmp(name, "pay") == 0 || strcmp(name, "hold") == 0) {
        expect->state = *name == 'p' ? LEDGER_COMPLETED : LEDGER_HELD;
        return put_open(script, words, *name == 'p');
    }
    if (strcmp(name, "attempt") == 0)
        return put_attempt(script, words);
    if (strcmp(name, "check") == 0)
        return put_check(script, words);
    if (strcmp(name, "account") == 0)
        return put_account(script, words);
    if (strcmp(name, "change") == 0)
        return put_change(script, words);
    if (strcmp(name, "issue") == 0)
        return put_issue(script, words);
    if (strcmp(name, "put") == 0)
        return put_registry(script, words);
    if (strcmp(name, "get") == 0)
        return put_get(script, words, expect);
    if (strcmp(name, "refused") == 0)
        return ledger_put_refused(
            &script->writer, named(words_take(words), LEDGER_STATUS_COUNT, ledger_status_name));
    if (strcmp(name, "expire") == 0) {
        enum ledger_status status =
            ledger_put_expire(&script->writer, (uint32_t)words_number(words));
        if (words_accept(words, "="))
            expect->result = (int)words_number(words);
        return status;
    }
    return LEDGER_STATUS_COUNT;
}

bool script_command(struct script *script, struct script_words *words) {
    struct script_expect expect = {.status = LEDGER_DONE, .state = -1, .result = -1};
    for (unsigned i = 0, used = 0; i < words->count && used < sizeof expect.statement - 1; i++)
        used += (unsigned)snprintf(expect.statement + used, sizeof expect.statement - used, "%s ",
                                   words->word[i]);
    const void *command = script->writer.base + script->writer.used;
    enum ledger_status shape = put(script, words, words_take(words), &expect);
    if (shape == LEDGER_STATUS_COUNT) {
        words->next = 0;
        return false;
    }
    if (words_accept(words, "=>")) {
        expect.status = named(words_take(words), LEDGER_STATUS_COUNT, ledger_status_name);
        if (*words_peek(words) != '\0')
            expect.state = (int)named(words_take(words), LEDGER_DECLINED + 1, ledger_state_name);
        else if (expect.status != LEDGER_DONE)
            expect.state = -1;
    }
    REQUIRE(*words_peek(words) == '\0');
    if (shape != LEDGER_DONE) { /* refused when it was written down, so it never gets there */
        if (shape != (enum ledger_status)expect.status)
            script_fail(script, "%s: writing it gave %s", expect.statement,
                        ledger_status_name(shape));
        script->life->reached[shape] = true;
        return true;
    }
    unsigned last = script->writer.count - 1;
    REQUIRE(last < SCRIPT_BATCH_MAX);
    script->commands[last] = last == 0 ? script->writer.base : command;
    script->expect[last] = expect;
    return true;
}
