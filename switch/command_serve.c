/* command_serve.c - `tiyn serve`: config, node, and what a person is told. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "switch/command.h"
#include "switch/config_keys.h"
#include "switch/demo.h"
#include "switch/demo_shop_page.h"
#include "switch/node.h"

static const char help[] =
    "Usage: tiyn serve [--config FILE | --demo] [OPTIONS]\n"
    "\n"
    "Runs a node in the foreground until SIGINT (Ctrl-C) or SIGTERM: then it stops accepting,\n"
    "answers what is in flight, saves everything and ends.\n"
    "\n"
    "  --config FILE     the config; see switch/tiyn.example.ini. Without it: the defaults, and\n"
    "                    no gateway may log in, only the operator's socket\n"
    "  --demo            a demo ledger with accounts, and a gateway whose keys are made for it;\n"
    "                    data in build/demo\n"
    "  --data DIR        the ledger's folder, instead of the config's\n"
    "  --http-port PORT  instead of the config's; 0: any free one\n"
    "  --rpc-port PORT   the same\n"
    "  --loops N         event loop threads, 1 to 16\n"
    "  --check           only check the config\n"
    "\n"
    "Logs go to standard error. Exit code: 0 stopped as told, 2 wrong arguments or config,\n"
    "3 the node could not start or had to stop: the log says why, nothing acknowledged is lost.\n";

struct arguments {
    const char *config, *data, *http_port, *rpc_port, *loops;
    int demo, check, help;
};

static int parse(int argc, char **argv, struct arguments *arguments) {
    const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                     {"data", required_argument, NULL, 'd'},
                                     {"http-port", required_argument, NULL, 'p'},
                                     {"rpc-port", required_argument, NULL, 'r'},
                                     {"loops", required_argument, NULL, 'l'},
                                     {"demo", no_argument, &arguments->demo, 1},
                                     {"check", no_argument, &arguments->check, 1},
                                     {"help", no_argument, &arguments->help, 1},
                                     {NULL, 0, NULL, 0}};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        switch (option) {
        case 0:
            break;
        case 'c':
            arguments->config = optarg;
            break;
        case 'd':
            arguments->data = optarg;
            break;
        case 'p':
            arguments->http_port = optarg;
            break;
        case 'r':
            arguments->rpc_port = optarg;
            break;
        case 'l':
            arguments->loops = optarg;
            break;
        case ':':
            return command_usage("serve", "%s needs a value", argv[optind - 1]);
        default:
            return command_usage("serve", "%s is not understood", argv[optind - 1]);
        }
    }
    if (optind < argc) {
        return command_usage("serve", "\"%s\" is not understood", argv[optind]);
    }
    if (arguments->demo != 0 && arguments->config != NULL) {
        return command_usage("serve", "--demo has its own config: give --demo or --config");
    }
    return COMMAND_OK;
}

/* A flag's number into a port or the loops. */
static int override(const char *flag, const char *text, uint64_t min, uint64_t max,
                    uint64_t *number) {
    if (text != NULL && !config_number(text, min, max, number)) {
        return command_usage("serve", "%s must be a number from %" PRIu64 " to %" PRIu64, flag, min,
                             max);
    }
    return COMMAND_OK;
}

/* The config as file, flags and demo make it. Main thread's only, and large: static. */
static struct config config;

static int load(const struct arguments *arguments) {
    struct config_error error;
    char text[CONFIG_PATH_MAX + 300];
    const char *data = arguments->data;
    if (data == NULL && arguments->demo != 0) {
        data = DEMO_DATA;
    }
    if (config_load(&config, arguments->config, &error) < 0 ||
        (data != NULL && config_set_data(&config, data, &error) < 0)) {
        config_error_print(&error, text, sizeof(text));
        fprintf(stderr, "tiyn serve: %s\n", text);
        return COMMAND_USAGE;
    }
    uint64_t http = config.http_port, rpc = config.rpc_port, loops = config.loops;
    if (override("--http-port", arguments->http_port, 0, 65535, &http) != COMMAND_OK ||
        override("--rpc-port", arguments->rpc_port, 0, 65535, &rpc) != COMMAND_OK ||
        override("--loops", arguments->loops, 1, CONFIG_LOOPS_MAX, &loops) != COMMAND_OK) {
        return COMMAND_USAGE;
    }
    config.http_port = (uint16_t)http;
    config.rpc_port = (uint16_t)rpc;
    config.loops = (uint32_t)loops;
    if (arguments->demo != 0 && arguments->check == 0 && demo_config(&config, text) < 0) {
        fprintf(stderr, "tiyn serve: %s\n", text);
        return COMMAND_FAILED;
    }
    return COMMAND_OK;
}

static void log_listening(const struct node *node) {
    log_event(LOG_INFO, "listening", "listener=%s address=%s port=%u", "http", config.http_address,
              (unsigned)node_http_port(node));
    log_event(LOG_INFO, "listening", "listener=%s address=%s port=%u", "rpc", config.rpc_address,
              (unsigned)node_rpc_port(node));
    log_event(LOG_INFO, "listening", "listener=%s path=%s", "unix", config.unix_path);
}

static void put_address(const char *address, uint16_t port) {
    if (strchr(address, ':') == NULL) {
        printf("%s:%u", address, port);
    } else {
        printf("[%s]:%u", address, port);
    }
}

static void print_demo(const struct node *node) {
    const char *program = program_invocation_name;
    printf("\nTry, in another terminal: a payment of 100.00 from agent 1001 to wallet 2001,\n\n"
           "  curl -s -H \"Authorization: Bearer $(cat %s/gateway.key)\" -w '\\n' \\\n"
           "    http://127.0.0.1:%u/v1/payments --json \\\n"
           "    '{\"reference\": \"first-1\", \"operation\": \"cash_in\", \"mode\": \"post\",\n"
           "      \"legs\": [{\"debit\": 1001, \"credit\": 2001, \"amount\": \"100.00\"}]}'\n\n"
           "and what it did:\n\n"
           "  %s ctl --data %s accounts show 2001\n\n"
           "A shop, for a browser, whose buyer pays at the node's checkout:\n\n"
           "  http://127.0.0.1:%u" DEMO_SHOP_PATH "\n\n"
           "An agent's payment over SOAP, signed, is in README.md.\n\n",
           config.data, node_http_port(node), program, config.data, node_http_port(node));
}

static void print_listening(const struct node *node) {
    printf("tiyn " NODE_VERSION " takes payments. Ctrl-C stops it.\n\n  HTTP      http://");
    put_address(config.http_address, node_http_port(node));
    printf("   (/v1, /healthz, /readyz, /metrics)\n  RPC       ");
    put_address(config.rpc_address, node_rpc_port(node));
    printf("\n  operator  %s\n  data      %s\n", config.unix_path, config.data);
    if (config.demo) {
        print_demo(node);
    } else if (config.gateway_count == 0) {
        printf("\nNo gateway is configured: see switch/tiyn.example.ini, or try --demo.\n");
    }
    fflush(stdout);
}

static int run(void) {
    struct node *node = NULL;
    char why[DEMO_WHY] = "";
    log_setup(config.log_format, config.log_level);
    if (node_start(&node, &config, why, sizeof(why)) < 0) {
        log_event(LOG_ERROR, "start_failed", "why=%s", why);
        return COMMAND_FAILED;
    }
    log_listening(node);
    bool filled = !config.demo || demo_fill(&config, why) == 0;
    if (filled) {
        print_listening(node);
    } else {
        log_event(LOG_ERROR, "demo_failed", "why=%s", why);
        node_stop(node);
    }
    int code = node_wait(node);
    node_free(node);
    return filled ? code : COMMAND_FAILED;
}

int command_serve(int argc, char **argv) {
    struct arguments arguments = {.config = NULL};
    int code = parse(argc, argv, &arguments);
    if (code != COMMAND_OK || arguments.help != 0) {
        fputs(code == COMMAND_OK ? help : "", stdout);
        return code;
    }
    if (sodium_init() < 0) {
        fputs("tiyn serve: libsodium cannot start: the system has no random numbers\n", stderr);
        return COMMAND_FAILED;
    }
    code = load(&arguments);
    if (code == COMMAND_OK && arguments.check != 0) {
        printf("The config is good: %u gateways, data in %s.\n", config.gateway_count, config.data);
        return COMMAND_OK;
    }
    return code == COMMAND_OK ? run() : code;
}
