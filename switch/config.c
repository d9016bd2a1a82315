/* config.c - reading the config file. inih splits lines into keys and values; the lines themselves
 * come through read_line below, which knows their numbers and watches the section headers, since
 * inih says neither to its handler. */
#include "switch/config.h"

#include <errno.h>
#include <ini.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "switch/assert.h"
#include "switch/config_keys.h"

enum section { SECTION_KEYS, SECTION_GATEWAY, SECTION_PROVIDER };

struct parse {
    struct config *config;
    struct config_error *error;
    FILE *file;
    char folder[CONFIG_PATH_MAX]; /* of the file, "" for the working one     */
    char section[64];
    uint32_t line;
    enum section kind;              /* of the section under way                  */
    uint32_t section_line;          /* of the named one under way                */
    uint32_t key_line[CONFIG_KEYS]; /* where each key was given, 0: not          */
    uint32_t seen;                  /* keys of the named one under way, as bits  */
    uint32_t gateway_line[CONFIG_GATEWAYS_MAX], provider_line[PROVIDERS_MAX];
    bool failed;
};

/* Keeps the first error only. */
__attribute__((format(printf, 3, 4))) static void fail(struct parse *parse, uint32_t line,
                                                       const char *format, ...) {
    if (parse->failed) {
        return;
    }
    va_list values;
    va_start(values, format);
    vsnprintf(parse->error->text, sizeof(parse->error->text), format, values);
    va_end(values);
    parse->error->line = line;
    parse->failed = true;
}

static void finish_gateway(struct parse *parse) {
    char why[CONFIG_WHY_MAX];
    struct config *config = parse->config;
    struct gateway *gateway = &config->gateways[config->gateway_count - 1];
    if (config_gateway_finish(gateway, parse->seen, why) < 0) {
        fail(parse, parse->section_line, "[%s]: %s", parse->section, why);
        return;
    }
    for (uint32_t i = 0; i + 1 < config->gateway_count; i++) {
        const struct gateway *other = &config->gateways[i];
        if (gateway->has_bearer && other->has_bearer &&
            memcmp(gateway->bearer_hash, other->bearer_hash, GATEWAY_HASH_SIZE) == 0) {
            fail(parse, parse->section_line,
                 "the gateway has the bearer key of gateway %s; give each its own",
                 other->grant.name);
        }
    }
}

static void finish_provider(struct parse *parse) {
    char why[CONFIG_WHY_MAX];
    struct config *config = parse->config;
    const struct provider *provider = &config->providers[config->provider_count - 1];
    if (config_provider_finish(provider, why) < 0) {
        fail(parse, parse->section_line, "[%s]: %s", parse->section, why);
        return;
    }
    for (uint32_t i = 0; i + 1 < config->provider_count; i++) {
        if (config->providers[i].number == provider->number) {
            fail(parse, parse->section_line,
                 "the provider has the number of provider %s; give "
                 "each its own",
                 config->providers[i].name);
        }
    }
}

static void finish_section(struct parse *parse) {
    if (!parse->failed && parse->kind == SECTION_GATEWAY) {
        finish_gateway(parse);
    } else if (!parse->failed && parse->kind == SECTION_PROVIDER) {
        finish_provider(parse);
    }
    parse->kind = SECTION_KEYS;
}

static void enter(struct parse *parse, enum section kind) {
    parse->section_line = parse->line;
    parse->seen = 0;
    parse->kind = kind;
}

static void start_gateway(struct parse *parse, const char *name) {
    char why[CONFIG_WHY_MAX];
    struct config *config = parse->config;
    for (uint32_t i = 0; i < config->gateway_count; i++) {
        if (strcmp(config->gateways[i].grant.name, name) == 0) {
            fail(parse, parse->line, "gateway %s is given twice, first in line %u; remove one",
                 name, parse->gateway_line[i]);
            return;
        }
    }
    if (config->gateway_count == CONFIG_GATEWAYS_MAX) {
        fail(parse, parse->line, "more than %d gateways; remove some", CONFIG_GATEWAYS_MAX);
        return;
    }
    if (config_gateway_start(&config->gateways[config->gateway_count], name, why) < 0) {
        fail(parse, parse->line, "%s", why);
        return;
    }
    parse->gateway_line[config->gateway_count++] = parse->line;
    enter(parse, SECTION_GATEWAY);
}

static void start_provider(struct parse *parse, const char *name) {
    char why[CONFIG_WHY_MAX];
    struct config *config = parse->config;
    for (uint32_t i = 0; i < config->provider_count; i++) {
        if (strcmp(config->providers[i].name, name) == 0) {
            fail(parse, parse->line, "provider %s is given twice, first in line %u; remove one",
                 name, parse->provider_line[i]);
            return;
        }
    }
    if (config->provider_count == PROVIDERS_MAX) {
        fail(parse, parse->line, "more than %d providers; remove some", PROVIDERS_MAX);
        return;
    }
    if (config_provider_start(&config->providers[config->provider_count], name, why) < 0) {
        fail(parse, parse->line, "%s", why);
        return;
    }
    parse->provider_line[config->provider_count++] = parse->line;
    enter(parse, SECTION_PROVIDER);
}

static void start_section(struct parse *parse, const char *header) {
    const char *end = strchr(header, ']');
    if (end == NULL || (size_t)(end - header) >= sizeof(parse->section)) {
        fail(parse, parse->line, "a section's name ends with ']' and has at most 63 characters");
        return;
    }
    finish_section(parse);
    if (parse->failed) {
        return;
    }
    snprintf(parse->section, sizeof(parse->section), "%.*s", (int)(end - header), header);
    if (strncmp(parse->section, "gateway ", 8) == 0) {
        start_gateway(parse, parse->section + 8 + strspn(parse->section + 8, " "));
        return;
    }
    if (strncmp(parse->section, "provider ", 9) == 0) {
        start_provider(parse, parse->section + 9 + strspn(parse->section + 9, " "));
        return;
    }
    for (uint32_t i = 0; i < CONFIG_KEYS; i++) {
        if (strcmp(config_keys[i].section, parse->section) == 0) {
            return;
        }
    }
    fail(parse, parse->line,
         "unknown section [%s]; there are: node, http, rpc, timeouts, ledger, soap, checkout, "
         "outbox, networks, log, gateway NAME, provider NAME",
         parse->section);
}

/* inih's reader: one line, as fgets. */
static char *read_line(char *line, int size, void *context) {
    struct parse *parse = context;
    if (fgets(line, size, parse->file) == NULL) {
        return NULL;
    }
    parse->line++;
    size_t length = strlen(line);
    if (length + 1 == (size_t)size && line[length - 1] != '\n') {
        int next = getc(parse->file);
        if (next != EOF && next != '\n') {
            fail(parse, parse->line,
                 "the line is longer than %d bytes; shorten it (keys may stand in files)",
                 size - 2);
        }
        while (next != EOF && next != '\n') {
            next = getc(parse->file);
        }
    }
    bool marked = parse->line == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0; /* UTF-8's mark */
    const char *text = line + (marked ? 3 : 0);
    size_t blank = strspn(text, " \t\r\n\v\f");
    if (blank > 0 && text[blank] != '\0' && strchr(";#", text[blank]) == NULL) {
        fail(parse, parse->line, "the line starts with a blank; start it in the first column");
    } else if (text[0] == '[') {
        start_section(parse, text + 1);
    }
    return line;
}

static void set_gateway_key(struct parse *parse, const char *name, const char *value) {
    char why[CONFIG_WHY_MAX];
    enum config_gateway_key key = config_gateway_key_of(name);
    if (key == CONFIG_GATEWAY_KEYS) {
        fail(parse, parse->line, "unknown key \"%.40s\" in [%s]; there are: %s", name,
             parse->section, CONFIG_GATEWAY_KEY_NAMES);
        return;
    }
    if ((parse->seen & (1u << key)) != 0) {
        fail(parse, parse->line, "%s is given twice in [%s]; remove one", name, parse->section);
        return;
    }
    struct stat status;
    if ((key == CONFIG_RPC_KEY || key == CONFIG_BEARER_KEY) &&
        (fstat(fileno(parse->file), &status) != 0 || (status.st_mode & S_IRWXO) != 0)) {
        fail(parse, parse->line,
             "everybody may read this file, and %s stands in it; run: chmod 600 on it, and change "
             "the key",
             name);
        return;
    }
    parse->seen |= 1u << key;
    struct gateway *gateway = &parse->config->gateways[parse->config->gateway_count - 1];
    if (config_gateway_set(gateway, key, value, parse->folder, why) < 0) {
        fail(parse, parse->line, "%s", why);
    }
}

static void set_provider_key(struct parse *parse, const char *name, const char *value) {
    char why[CONFIG_WHY_MAX];
    enum config_provider_key key = config_provider_key_of(name);
    if (key == CONFIG_PROVIDER_KEYS) {
        fail(parse, parse->line, "unknown key \"%.40s\" in [%s]; there are: %s", name,
             parse->section, CONFIG_PROVIDER_KEY_NAMES);
        return;
    }
    if ((parse->seen & (1u << key)) != 0) {
        fail(parse, parse->line, "%s is given twice in [%s]; remove one", name, parse->section);
        return;
    }
    parse->seen |= 1u << key;
    struct provider *provider = &parse->config->providers[parse->config->provider_count - 1];
    if (config_provider_set(provider, key, value, parse->folder, why) < 0) {
        fail(parse, parse->line, "%s", why);
    }
}

static void set_key(struct parse *parse, const char *name, const char *value) {
    char why[CONFIG_WHY_MAX], names[CONFIG_WHY_MAX] = "";
    for (uint32_t i = 0; i < CONFIG_KEYS; i++) {
        const struct config_key *key = &config_keys[i];
        if (strcmp(key->section, parse->section) != 0) {
            continue;
        }
        size_t used = strlen(names);
        snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "", key->name);
        if (strcmp(key->name, name) != 0) {
            continue;
        }
        if (parse->key_line[i] != 0) {
            fail(parse, parse->line, "%s is given twice, first in line %u; remove one", name,
                 parse->key_line[i]);
        } else if (config_key_set(parse->config, key, value, parse->folder, why) < 0) {
            fail(parse, parse->line, "%s", why);
        }
        parse->key_line[i] = parse->line;
        return;
    }
    if (parse->section[0] == '\0') {
        fail(parse, parse->line, "\"%.40s\" stands before any section; put [node] or another first",
             name);
    } else {
        fail(parse, parse->line, "unknown key \"%.40s\" in [%s]; there are: %s", name,
             parse->section, names);
    }
}

static int on_value(void *context, const char *section, const char *name, const char *value) {
    (void)section; /* cut by inih at 49 characters; parse->section is not */
    struct parse *parse = context;
    if (!parse->failed && parse->kind == SECTION_GATEWAY) {
        set_gateway_key(parse, name, value);
    } else if (!parse->failed && parse->kind == SECTION_PROVIDER) {
        set_provider_key(parse, name, value);
    } else if (!parse->failed) {
        set_key(parse, name, value);
    }
    return 1;
}

void config_default(struct config *config) {
    char why[CONFIG_WHY_MAX];
    memset(config, 0, sizeof(*config));
    for (uint32_t i = 0; i < CONFIG_KEYS; i++) {
        if (config_keys[i].value[0] != '\0') {
            int rc = config_key_set(config, &config_keys[i], config_keys[i].value, "", why);
            ASSERT(rc == 0);
        }
    }
    bool fits = config_path_join(config->unix_path, sizeof(config->unix_path), config->data,
                                 "operator.sock");
    ASSERT(fits);
}

static int set_folder(struct parse *parse, const char *path) {
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path);
    if (size >= sizeof(parse->folder)) {
        fail(parse, 0, "the path is too long; take a shorter one");
        return -1;
    }
    memcpy(parse->folder, path, size);
    parse->folder[size] = '\0';
    return 0;
}

/* What only shows when all keys are known. */
static void check_whole(struct parse *parse) {
    struct config *config = parse->config;
    uint32_t data = 0, socket = 0;
    for (uint32_t i = 0; i < CONFIG_KEYS; i++) {
        data = config_keys[i].type == CONFIG_PATH ? i : data;
        socket = config_keys[i].type == CONFIG_SOCKET ? i : socket;
    }
    config->unix_path_given = parse->key_line[socket] != 0;
    if (parse->key_line[data] == 0 &&
        !config_path_join(config->data, sizeof(config->data), parse->folder, "data")) {
        fail(parse, 0, "the folder's path is too long; set data in [node]");
    }
    if (!parse->failed && config_set_data(config, config->data, parse->error) < 0) {
        parse->error->line = parse->key_line[data];
        parse->failed = true;
    }
    if (config->http_port != 0 && config->http_port == config->rpc_port &&
        strcmp(config->http_address, config->rpc_address) == 0) {
        fail(parse, 0, "HTTP and RPC both listen on %s port %u; change one of the ports",
             config->http_address, config->http_port);
    }
}

int config_load(struct config *config, const char *path, struct config_error *error) {
    memset(error, 0, sizeof(*error));
    config_default(config);
    if (path == NULL) {
        return 0;
    }
    struct parse parse = {.config = config, .error = error};
    snprintf(error->file, sizeof(error->file), "%s", path);
    if (set_folder(&parse, path) < 0) {
        return -1;
    }
    parse.file = fopen(path, "re");
    if (parse.file == NULL) {
        fail(&parse, 0, "cannot open the config file: %s", strerror(errno));
        return -1;
    }
    int rc = ini_parse_stream(read_line, &parse, on_value, &parse);
    if (ferror(parse.file) != 0) {
        fail(&parse, 0, "cannot read the config file: %s", strerror(errno));
    }
    fclose(parse.file);
    if (rc > 0 && (!parse.failed || (uint32_t)rc < error->line)) {
        parse.failed = false; /* this one comes first in the file */
        fail(&parse, (uint32_t)rc, "the line is no \"[section]\", no \"key = value\", no comment");
    }
    finish_section(&parse);
    check_whole(&parse);
    return parse.failed ? -1 : 0;
}

int config_set_data(struct config *config, const char *folder, struct config_error *error) {
    char copy[CONFIG_PATH_MAX];
    if ((size_t)snprintf(copy, sizeof(copy), "%s", folder) >= sizeof(copy) ||
        (!config->unix_path_given &&
         !config_path_join(config->unix_path, sizeof(config->unix_path), copy, "operator.sock"))) {
        snprintf(error->text, sizeof(error->text),
                 "the data folder's path is too long: the operator's socket in it must have at "
                 "most %d bytes; take a shorter path, or set unix_path",
                 CONFIG_SOCKET_MAX - 1);
        return -1;
    }
    memcpy(config->data, copy, sizeof(copy));
    return 0;
}

void config_error_print(const struct config_error *error, char *out, size_t size) {
    const char *file = error->file[0] == '\0' ? "config" : error->file;
    if (error->line == 0) {
        snprintf(out, size, "%s: %s", file, error->text);
    } else {
        snprintf(out, size, "%s:%u: %s", file, error->line, error->text);
    }
}
