/* config_settings.c - the node's own key, and what the config says to adapters. */
#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "protocols/xml/dsig.h"
#include "switch/assert.h"
#include "switch/config_keys.h"

/* Reads a whole file that nobody but its owner may read. */
static int read_secret(char *text, size_t text_size, const char *path, char *why) {
    struct stat status;
    FILE *file = fopen(path, "re");
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        snprintf(why, CONFIG_WHY_MAX, "cannot read the node's key %.150s: %s", path,
                 strerror(errno));
        if (file != NULL) {
            fclose(file);
        }
        return -1;
    }
    if (!S_ISREG(status.st_mode) || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        snprintf(why, CONFIG_WHY_MAX,
                 "others than its owner may read the node's key %.100s: run: chmod 600 on it, and "
                 "make a new key if they did",
                 path);
        fclose(file);
        return -1;
    }
    size_t size = fread(text, 1, text_size, file);
    bool whole = ferror(file) == 0 && size < text_size;
    fclose(file);
    if (!whole || memchr(text, '\0', size) != NULL) {
        snprintf(why, CONFIG_WHY_MAX, "%.150s is no private RSA key in PEM", path);
        return -1;
    }
    text[size] = '\0';
    return 0;
}

static bool is_rsa_key(const char *pem) {
    struct dsig_private *key = xml_start() == 0 ? dsig_private_read(pem) : NULL;
    dsig_private_free(key);
    return key != NULL;
}

int config_set_node_key(struct config *config, const char *folder, const char *path, char *why) {
    char full[CONFIG_PATH_MAX];
    if (path[0] == '\0' || !config_path_join(full, sizeof(full), folder, path)) {
        snprintf(why, CONFIG_WHY_MAX, "node_key must be a path of at most %d bytes",
                 CONFIG_PATH_MAX - 1);
        return -1;
    }
    memset(config->node_key, 0, sizeof(config->node_key));
    int rc = read_secret(config->node_key, sizeof(config->node_key), full, why);
    if (rc == 0 && !is_rsa_key(config->node_key)) {
        snprintf(why, CONFIG_WHY_MAX,
                 "%.120s is no private RSA key in PEM without a password; make one with: "
                 "tiyn ctl key new",
                 full);
        rc = -1;
    }
    if (rc < 0) {
        sodium_memzero(config->node_key, sizeof(config->node_key));
    }
    return rc;
}

int config_set_url(char *url, const char *text, char *why) {
    const char *host = NULL;
    if (strncmp(text, "https://", 8) == 0) {
        host = text + 8;
    } else if (strncmp(text, "http://", 7) == 0) {
        host = text + 7;
    }
    size_t size = strlen(text);
    bool good = host != NULL && host[0] != '\0' && host[0] != '/' && text[size - 1] != '/' &&
                size < CONFIG_URL_MAX;
    for (size_t i = 0; good && i < size; i++) { /* it goes into XML as it is */
        good = isalnum((unsigned char)text[i]) || strchr("-._~:/[]%", text[i]) != NULL;
    }
    if (!good) {
        snprintf(why, CONFIG_WHY_MAX,
                 "public_url is \"%.60s\", but must be a URL such as https://pay.example.kz, "
                 "without a '/' at its end",
                 text);
        return -1;
    }
    memcpy(url, text, size + 1);
    return 0;
}

void config_settings(const struct config *config, struct adapter_settings *settings) {
    static const unsigned char purpose[] = "tiyn one-time tokens of clients, 1";
    *settings = (struct adapter_settings){
        .public_url = config->public_url,
        .amount_max = config->amount_max,
        .fee_account = config->fee_account,
        .repeat_after_ms = config->repeat_after_ms,
        .hold_life_s = config->hold_life_s,
        .token_life_s = config->token_life_s,
        .vostok_plat_service = config->vostok_plat_service,
        .session_s = config->session_s,
        .callback_allow = &config->callback_allow,
        .demo = config->demo ? config->data : NULL,
        .node_key = config->node_key[0] == '\0' ? NULL : config->node_key,
    };
    if (settings->node_key == NULL) { /* tokens then do not outlive the process */
        randombytes_buf(settings->token_key, sizeof(settings->token_key));
        return;
    }
    int rc = crypto_generichash(settings->token_key, sizeof(settings->token_key),
                                (const unsigned char *)settings->node_key,
                                strlen(settings->node_key), purpose, sizeof(purpose) - 1);
    ASSERT(rc == 0);
}
