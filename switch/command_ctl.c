/* command_ctl.c - `tiyn ctl`: finds the command and connects. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "switch/assert.h"
#include "switch/command.h"
#include "switch/config.h"
#include "switch/ctl.h"

static const char help[] =
    "Usage: tiyn ctl [--data DIR | --socket PATH] [--json] COMMAND\n"
    "\n"
    "An operator's client of a running node, over its Unix socket.\n"
    "\n"
    "  accounts list [--after ID] [--limit N]   by rising id, of the last checkpoint\n"
    "  accounts show ID\n"
    "  accounts open ID --kind KIND [--owner N] [--floor A] [--ceiling A]\n"
    "                [--day-limit A] [--month-limit A] [--overdraft]\n"
    "  accounts change ID [--owner N] [--floor A] [--ceiling A] [--day-limit A]\n"
    "                [--month-limit A]\n"
    "  accounts freeze ID | unfreeze ID | close ID\n"
    "  accounts statement ID [--before ENTRY] [--limit N]   newest first\n"
    "  payments show ID\n"
    "  payments find REQUESTER REFERENCE\n"
    "  payments list-open [--after ID] [--limit N]   of the last checkpoint\n"
    "  payments complete ID | decline ID | retry ID\n"
    "  state            what the node does and how full it is\n"
    "  flush            checkpoint everything now\n"
    "\n"
    "  Amounts A are decimal KZT, such as 100.50; a limit may be \"none\".\n"
    "  --data DIR      the node's data folder: its socket is DIR/operator.sock\n"
    "  --socket PATH   the operator's socket itself\n"
    "                  Without both: data/operator.sock, or that of the demo.\n"
    "  --json          the answer as JSON on one line, amounts in tiyn\n"
    "\n"
    "Exit code: 0 done, 1 the ledger or the node refused, 2 wrong arguments, 3 no node there.\n";

#define TIMEOUT_S 60u
#define PAGE (CTL_BIT(AFTER) | CTL_BIT(LIMIT))
#define LIMITS                                                                                     \
    (CTL_BIT(OWNER) | CTL_BIT(FLOOR) | CTL_BIT(CEILING) | CTL_BIT(DAY_LIMIT) | CTL_BIT(MONTH_LIMIT))

static const struct ctl_command commands[] = {
    {"accounts", "list", 0, PAGE, false, ctl_accounts_list},
    {"accounts", "show", 1, 0, false, ctl_accounts_show},
    {"accounts", "open", 1, LIMITS | CTL_BIT(KIND), true, ctl_accounts_open},
    {"accounts", "change", 1, LIMITS, false, ctl_accounts_change},
    {"accounts", "freeze", 1, 0, false, ctl_accounts_freeze},
    {"accounts", "unfreeze", 1, 0, false, ctl_accounts_unfreeze},
    {"accounts", "close", 1, 0, false, ctl_accounts_close},
    {"accounts", "statement", 1, CTL_BIT(BEFORE) | CTL_BIT(LIMIT), false, ctl_accounts_statement},
    {"payments", "show", 1, 0, false, ctl_payments_show},
    {"payments", "find", 2, 0, false, ctl_payments_find},
    {"payments", "list-open", 0, PAGE, false, ctl_payments_list_open},
    {"payments", "complete", 1, 0, false, ctl_payments_complete},
    {"payments", "decline", 1, 0, false, ctl_payments_decline},
    {"payments", "retry", 1, 0, false, ctl_payments_retry},
    {"state", NULL, 0, 0, false, ctl_state},
    {"flush", NULL, 0, 0, false, ctl_flush},
};

static const char *const flags[CTL_OPTIONS] = {
#define X(name, flag) flag,
    CTL_OPTION_MAP(X)
#undef X
};

/* Options may stand anywhere; what is left is in argv[optind...]. */
static int parse(struct ctl *ctl, int argc, char **argv) {
    struct option options[CTL_OPTIONS + 4] = {{NULL, 0, NULL, 0}};
    for (int i = 0; i < CTL_OPTIONS; i++) {
        options[i] = (struct option){flags[i], required_argument, NULL, 256 + i};
    }
    options[CTL_OPTIONS] = (struct option){"json", no_argument, &ctl->json, 1};
    options[CTL_OPTIONS + 1] = (struct option){"overdraft", no_argument, &ctl->overdraft, 1};
    options[CTL_OPTIONS + 2] = (struct option){"help", no_argument, &ctl->help, 1};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (option == ':') {
            return command_usage("ctl", "%s needs a value", argv[optind - 1]);
        }
        if (option == '?') {
            return command_usage("ctl", "%s is not understood", argv[optind - 1]);
        }
        if (option >= 256) {
            ctl->options[option - 256] = optarg;
        }
    }
    return COMMAND_OK;
}

static const struct ctl_command *find(int count, char **words) {
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        const struct ctl_command *command = &commands[i];
        if (count >= 1 && strcmp(words[0], command->group) == 0 &&
            (command->name == NULL || (count >= 2 && strcmp(words[1], command->name) == 0))) {
            return command;
        }
    }
    return NULL;
}

/* Finds the command and checks that it takes what was given. */
static int choose(struct ctl *ctl, int count, char **words, const struct ctl_command **command) {
    *command = find(count, words);
    if (*command == NULL) {
        return command_usage("ctl", "give a command, such as: accounts list");
    }
    int names = (*command)->name == NULL ? 1 : 2;
    const char *space = names == 1 ? "" : " ", *name = names == 1 ? "" : (*command)->name;
    if (count - names != (*command)->arguments) {
        return command_usage("ctl", "%s%s%s takes %d arguments, not %d", (*command)->group, space,
                             name, (*command)->arguments, count - names);
    }
    uint32_t allowed = (*command)->options | CTL_BIT(DATA) | CTL_BIT(SOCKET);
    for (int i = 0; i < CTL_OPTIONS; i++) {
        if (ctl->options[i] != NULL && (allowed & (1u << i)) == 0) {
            return command_usage("ctl", "%s%s%s takes no --%s", (*command)->group, space, name,
                                 flags[i]);
        }
    }
    if (ctl->overdraft != 0 && !(*command)->takes_overdraft) {
        return command_usage("ctl", "%s%s%s takes no --overdraft", (*command)->group, space, name);
    }
    ctl->arguments = words + names;
    return COMMAND_OK;
}

int command_ctl(int argc, char **argv) {
    static struct ctl ctl;
    const struct ctl_command *command = NULL;
    char socket_path[CONFIG_SOCKET_MAX], kinds[CTL_TEXT];
    if (parse(&ctl, argc, argv) != COMMAND_OK) {
        return COMMAND_USAGE;
    }
    if (ctl.help != 0) {
        fputs(help, stdout);
        printf("\nKIND is one of: %s.\n", ctl_kinds(kinds));
        return COMMAND_OK;
    }
    if (choose(&ctl, argc - optind, argv + optind, &command) != COMMAND_OK ||
        command_socket("ctl", ctl.options[CTL_SOCKET], ctl.options[CTL_DATA], socket_path,
                       sizeof(socket_path)) != 0) {
        return COMMAND_USAGE;
    }
    if (rpc_client_open(&ctl.client, socket_path, TIMEOUT_S) != RPC_CLIENT_OK) {
        fprintf(stderr, "tiyn ctl: %s\n", ctl.client.why);
        return COMMAND_FAILED;
    }
    int code = command->run(&ctl);
    rpc_client_close(&ctl.client);
    return code;
}
