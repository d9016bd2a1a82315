/* tokens.c - one-time passwords with which clients take cash out. */
#include "protocols/json_api/body.h"
#include "protocols/json_api/calls.h"
#include "protocols/json_api/problem.h"
#include "protocols/json_api/query.h"
#include "protocols/registry/registry.h"

/* The client of the path, who may have a token. False: the reply says why not. A client of others
 * is told as none: a gateway does not learn who is there. */
static bool find_client(struct call *call, struct registry_client *client) {
    *client = (struct registry_client){.login = call->id};
    enum registry_found found = registry_find(call->env, REGISTRY_CLIENT, client);
    if (found == REGISTRY_BUSY)
        return problem_reply(call->reply, PROBLEM_BUSY, "the client's record cannot be read now");
    if (found != REGISTRY_FOUND || !grant_account(call->grant, client->account))
        return problem_reply(call->reply, PROBLEM_CLIENT_NOT_FOUND,
                             "the path has the login of a client whose account the gateway was "
                             "granted");
    return !client->blocked ||
           problem_reply(call->reply, PROBLEM_CLIENT_BLOCKED, "the operator unblocks clients");
}

enum adapter_verdict call_token_issue(struct call *call) {
    struct registry_client client;
    const struct adapter_settings *settings = call->env->settings;
    uint8_t hash[LEDGER_TOKEN_HASH];
    if (!query_read(call->request->query, NULL, 0, NULL, call->reply))
        return ADAPTER_ANSWERED;
    if (settings == NULL || settings->node_key == NULL) {
        problem_reply(call->reply, PROBLEM_NO_NODE_KEY, "without it no token can be kept");
        return ADAPTER_ANSWERED;
    }
    if (!find_client(call, &client))
        return ADAPTER_ANSWERED;
    char *digits = call->note->of.token.digits;
    call->note->of.token.life_s = settings->token_life_s;
    token_make(call->env->random, digits);
    (void)token_hash(settings->token_key, client.account, (struct slice){digits, TOKEN_DIGITS},
                     hash);
    return call_put(call,
                    ledger_put_token(call->writer, client.account, hash, settings->token_life_s));
}

/* Whoever stands between us and the client must not keep it. */
void call_print_token(struct adapter_reply *reply, const struct call_note *note) {
    reply->status = 201;
    reply->content_type = "application/json";
    buffer_text(reply->headers, "Cache-Control: no-store\r\n");
    buffer_format(reply->body, "{\"token\":\"%s\",\"expires_in_s\":%u}", note->of.token.digits,
                  (unsigned)note->of.token.life_s);
}
