/* command_ctl_network.c - `tiyn ctl network password`: a network's password for Basic
 * authentication, made here, so that it is long and random, and told once. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "switch/command.h"
#include "switch/ctl.h"

enum { PASSWORD_BYTES = 24, HASH_BYTES = 32 }; /* 32 characters; BLAKE2b-256 */
#define PASSWORD_TEXT sodium_base64_ENCODED_LEN(PASSWORD_BYTES, sodium_base64_VARIANT_URLSAFE)

static void make(char password[PASSWORD_TEXT], char hash_text[REGISTRY_HASH_TEXT]) {
    unsigned char bytes[PASSWORD_BYTES], hash[HASH_BYTES];
    randombytes_buf(bytes, sizeof(bytes));
    (void)sodium_bin2base64(password, PASSWORD_TEXT, bytes, sizeof(bytes),
                            sodium_base64_VARIANT_URLSAFE);
    (void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)password, strlen(password),
                             NULL, 0);
    (void)sodium_bin2hex(hash_text, REGISTRY_HASH_TEXT, hash, sizeof(hash));
    sodium_memzero(bytes, sizeof(bytes));
}

int ctl_network_password(struct ctl *ctl) {
    struct ctl_record record;
    char password[PASSWORD_TEXT], hint[CTL_TEXT];
    bool again = false;
    int code = ctl_record_start(ctl, &record);
    code = code == COMMAND_OK ? ctl_record_read(ctl, &record) : code;
    struct registry_network *network = &record.record.network;
    if (code == COMMAND_OK && record.version == LEDGER_VERSION_NEW) {
        snprintf(hint, sizeof(hint), "there is no network %s; first: tiyn ctl network add %s",
                 network->name, network->name);
        return ctl_refused(ctl, LEDGER_RECORD_NOT_FOUND, hint);
    }
    if (code != COMMAND_OK) {
        return code;
    }
    make(password, network->password_hash);
    if (network->user[0] == '\0') {
        memcpy(network->user, network->name, sizeof(network->user));
    }
    code = ctl_record_check(&record);
    code = code == COMMAND_OK ? ctl_record_put(ctl, &record, &again) : code;
    if (code == COMMAND_OK && ctl->json) {
        printf("{\"user\":\"%s\",\"password\":\"%s\"}\n", network->user, password);
    } else if (code == COMMAND_OK) {
        printf("user: %s\npassword: %s\nIt is told only now: the node keeps its hash.\n",
               network->user, password);
    }
    sodium_memzero(password, sizeof(password));
    return code;
}
