/* command_ctl_call.c - calls of `tiyn ctl`, and what it says when one is refused. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocols/common/money.h"
#include "protocols/rpc/pack.h"
#include "switch/command.h"
#include "switch/config_keys.h"
#include "switch/ctl.h"

int ctl_call(struct ctl *ctl, const char *method, const msgpack_object **result) {
    int rc = rpc_client_call(&ctl->client, method, result);
    if (rc == RPC_CLIENT_OK) {
        return COMMAND_OK;
    }
    fprintf(stderr, "tiyn ctl: %s\n", ctl->client.why);
    return rc == RPC_CLIENT_ERROR ? COMMAND_REFUSED : COMMAND_FAILED;
}

/* What a refusal means is the ledger's text; scripts get it on standard output too. */
int ctl_refused(const struct ctl *ctl, unsigned status, const char *hint) {
    fprintf(stderr, "tiyn ctl: %s: %s\n", ledger_status_name(status),
            hint == NULL ? ledger_status_text(status) : hint);
    if (ctl->json) {
        printf("{\"status\":\"%s\"}\n", ledger_status_name(status));
    }
    return COMMAND_REFUSED;
}

int ctl_done(const struct ctl *ctl, const char *what, bool again) {
    if (ctl->json) {
        printf("{\"status\":\"%s\"}\n", ledger_status_name(again ? LEDGER_REPLAYED : LEDGER_DONE));
    } else {
        printf("%s: %s\n", what, again ? "was so already" : "done");
    }
    return COMMAND_OK;
}

/* The elements of an answer that is an array of at least `count`, or NULL, which is printed. */
static const msgpack_object *elements(const msgpack_object *result, uint32_t count) {
    if (result->type == MSGPACK_OBJECT_ARRAY && result->via.array.size >= count &&
        result->via.array.ptr[0].type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
        return result->via.array.ptr;
    }
    fputs("tiyn ctl: the node answered in another form; is it of another version?\n", stderr);
    return NULL;
}

int ctl_call_status(struct ctl *ctl, const char *method, unsigned *status,
                    const msgpack_object **record) {
    const msgpack_object *result = NULL;
    int code = ctl_call(ctl, method, &result);
    if (code != COMMAND_OK) {
        return code;
    }
    const msgpack_object *part = elements(result, record == NULL ? 1 : 2);
    if (part == NULL) {
        return COMMAND_FAILED;
    }
    *status = (unsigned)part[0].via.u64;
    if (record != NULL) {
        *record = &part[1];
    }
    return COMMAND_OK;
}

int ctl_call_record(struct ctl *ctl, const char *method, const msgpack_object **record) {
    unsigned status = 0;
    int code = ctl_call_status(ctl, method, &status, record);
    if (code == COMMAND_OK && status != LEDGER_DONE) {
        return ctl_refused(ctl, status, NULL);
    }
    return code;
}

int ctl_call_outcome(struct ctl *ctl, const char *method, const char *what) {
    const msgpack_object *result = NULL;
    int code = ctl_call(ctl, method, &result);
    if (code != COMMAND_OK) {
        return code;
    }
    const msgpack_object *part = elements(result, 5);
    if (part == NULL) {
        return COMMAND_FAILED;
    }
    unsigned status = (unsigned)part[0].via.u64;
    if (status != LEDGER_DONE && status != LEDGER_REPLAYED) {
        return ctl_refused(ctl, status, NULL);
    }
    const char *state = part[2].via.u64 == 0 ? "" : ledger_state_name((unsigned)part[2].via.u64);
    if (ctl->json) {
        printf("{\"status\":\"%s\",\"payment\":%" PRIu64 ",\"state\":\"%s\",\"replayed\":%s,"
               "\"sequence\":%" PRIu64 "}\n",
               ledger_status_name(status), part[1].via.u64, state,
               part[3].via.boolean ? "true" : "false", part[4].via.u64);
    } else {
        printf("%s: %s%s%s\n", what, status == LEDGER_DONE ? "done" : "was so already",
               state[0] == '\0' ? "" : ", now ", state);
    }
    return COMMAND_OK;
}

bool ctl_number(const char *name, const char *text, uint64_t *number) {
    if (config_number(text, 0, UINT64_MAX, number)) {
        return true;
    }
    command_usage("ctl", "%s must be a whole number, not \"%s\"", name, text);
    return false;
}

bool ctl_amount(const char *text, bool may_be_none, uint64_t *tiyn) {
    if (may_be_none && strcmp(text, "none") == 0) {
        *tiyn = LEDGER_NO_CEILING;
        return true;
    }
    if (money_parse(slice_text(text), tiyn)) {
        return true;
    }
    command_usage("ctl", "\"%s\" is no amount, such as 100.50%s", text,
                  may_be_none ? ", nor \"none\"" : "");
    return false;
}

bool ctl_pack_page(struct ctl *ctl, msgpack_packer *packer) {
    uint64_t after = 0, limit = 100;
    const char *after_text = ctl->options[CTL_AFTER], *limit_text = ctl->options[CTL_LIMIT];
    if ((after_text != NULL && !ctl_number("--after", after_text, &after)) ||
        (limit_text != NULL && !ctl_number("--limit", limit_text, &limit))) {
        return false;
    }
    msgpack_pack_array(packer, 2);
    msgpack_pack_uint64(packer, after);
    msgpack_pack_uint64(packer, limit);
    return true;
}
