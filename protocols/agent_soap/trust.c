/* trust.c - the signer of a request. Whatever is wrong with the signer, the key or the signature,
 * the answer is one and the same. */
#include "protocols/agent_soap/trust.h"

#include "protocols/agent_soap/field.h"

static bool sign_error(struct soap_work *work) {
    return call_refuse(work->call, SOAP_REFUSED_BAD_SIGNATURE);
}

static bool not_found(struct soap_work *work, enum registry_found found) {
    return found == REGISTRY_BUSY ? call_refuse(work->call, SOAP_REFUSED_NODE_BUSY)
                                  : sign_error(work);
}

/* A merchant finishes what its buyers paid for at the checkout, and may do nothing else here. */
static enum registry_found find_merchant(struct soap_work *work, struct registry_agent *agent) {
    struct registry_merchant merchant = {.login = agent->login};
    if (work->call->operation != SOAP_OP_COMPLETE && work->call->operation != SOAP_OP_DECLINE)
        return REGISTRY_ABSENT;
    enum registry_found found = registry_find(work->context->env, REGISTRY_MERCHANT, &merchant);
    if (found != REGISTRY_FOUND)
        return found;
    *agent = (struct registry_agent){.login = merchant.login,
                                     .account = merchant.wallets[0],
                                     .legacy_signature = merchant.legacy_signature,
                                     .blocked = merchant.blocked};
    work->call->merchant = true;
    return REGISTRY_FOUND;
}

static bool find_agent(struct soap_work *work) {
    struct registry_agent *agent = &work->agent;
    *agent = (struct registry_agent){.login = 0};
    if (!field_login(work->request.requester, &agent->login))
        return sign_error(work);
    enum registry_found found = registry_find(work->context->env, REGISTRY_AGENT, agent);
    if (found == REGISTRY_ABSENT)
        found = find_merchant(work, agent);
    if (found != REGISTRY_FOUND)
        return not_found(work, found);
    if (agent->blocked || !registry_address_allowed(agent->addresses, work->http->peer))
        return sign_error(work);
    return true;
}

static bool find_key(struct soap_work *work, struct registry_key *key) {
    struct slice text;
    uint64_t number;
    if (work->request.certificates || !xml_text(work->request.certificate, &text) ||
        !field_number(text, &number) || number > UINT32_MAX)
        return sign_error(work);
    *key = (struct registry_key){.login = work->agent.login, .number = (uint32_t)number};
    enum registry_found found = registry_find(work->context->env, REGISTRY_KEY, key);
    if (found != REGISTRY_FOUND)
        return not_found(work, found);
    return !key->blocked || sign_error(work);
}

/* Notes what the answer needs of the signature. */
static bool find_signature(struct soap_work *work, struct dsig_found *found) {
    struct soap_call *call = work->call;
    if (!dsig_find(work->request.document, work->request.header, found) ||
        found->digest_value.size > CALL_DIGEST_MAX)
        return sign_error(work);
    memcpy(call->digest, found->digest_value.base, found->digest_value.size);
    call->digest_size = (uint32_t)found->digest_value.size;
    call->algorithms = found->algorithms;
    return true;
}

static bool verify(struct soap_work *work, const struct registry_key *key) {
    struct dsig_found found;
    struct key_lease lease;
    struct slice der = {(const char *)key->der, key->der_size};
    if (!find_signature(work, &found) || !key_cache_take(work->context->keys, der, &lease))
        return sign_error(work);
    bool good = dsig_verify(&found, lease.key, work->agent.legacy_signature);
    key_cache_give(work->context->keys, &lease);
    return good || sign_error(work);
}

/* Anybody may have the node sign an echo, so it never signs one with SHA-1, whose collisions can be
 * made; every client takes SHA-256. */
static bool check_echo(struct soap_work *work) {
    struct dsig_found found;
    if (!find_signature(work, &found) || !dsig_digest_matches(&found))
        return sign_error(work);
    work->call->algorithms.hash = DSIG_SHA256;
    work->call->verified = true;
    return true;
}

bool trust_check(struct soap_work *work) {
    struct soap_call *call = work->call;
    const struct soap_operation *operation = &soap_operations[call->operation];
    struct registry_key key;
    if (work->request.certificate == NULL)
        return call_refuse(call, SOAP_REFUSED_CERTIFICATE_NUMBER_MISSING);
    if (operation->answer == SOAP_ANSWER_ECHO)
        return check_echo(work);
    if (!find_agent(work) || !find_key(work, &key) || !verify(work, &key))
        return false;
    call->verified = true;
    call->ascii = work->agent.ascii_answers;
    call->agent = work->agent.login;
    call->account = work->agent.account;
    if (work->agent.answer_algorithm == ANSWER_SHA256)
        call->algorithms.hash = DSIG_SHA256;
    if ((work->agent.privileges & operation->privilege) != operation->privilege)
        return call_refuse(call, SOAP_REFUSED_PRIVILEGE_MISSING);
    return true;
}
