/* main.c - the program `tiyn`: finds the sub-command. */
#include <stdio.h>
#include <string.h>

#include "switch/command.h"

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"serve", "run a node", command_serve},
    {"ctl", "an operator's client: accounts, payments, clients, tariffs, the node", command_ctl},
    {"audit", "recompute a ledger and say whether it is sound", command_audit},
    {"backup", "copy the ledger of a running node", command_backup},
    {"restore", "make a data folder from a backup", command_restore},
    {"soap-sign", "sign a SOAP request as an agent's client does", command_soap_sign},
    {"version", "print the version", command_version},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(FILE *out) {
    fputs("tiyn - an event-driven transaction switch for electronic money\n\n"
          "Usage: tiyn COMMAND [ARGUMENTS]\n\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
    }
    fputs("\nEach command explains itself: tiyn COMMAND --help\n"
          "A first try: tiyn serve --demo\n",
          out);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        help(stderr);
        return COMMAND_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help(stdout);
        return COMMAND_OK;
    }
    const char *name = strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "tiyn: there is no command \"%s\"; see: tiyn --help\n", argv[1]);
    return COMMAND_USAGE;
}
