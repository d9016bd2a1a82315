/* command.h - the sub-commands of the program `tiyn`, and what they share.
 * Main thread. Each takes its own arguments (argv[0] is its name) and returns the exit code. */
#ifndef SWITCH_COMMAND_H
#define SWITCH_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* Exit codes, the same for all: documented in each --help and in switch/README.md. */
enum command_exit {
    COMMAND_OK = 0,
    COMMAND_REFUSED = 1, /* the ledger said no; audit: faults were found      */
    COMMAND_USAGE = 2,   /* wrong arguments or a wrong config                 */
    COMMAND_FAILED = 3,  /* it could not be carried out, or the node failed   */
};

int command_serve(int argc, char **argv);
int command_ctl(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_backup(int argc, char **argv);
int command_restore(int argc, char **argv);
int command_soap_sign(int argc, char **argv);
int command_version(int argc, char **argv);

/* Says what is wrong with the arguments, and where help is; returns COMMAND_USAGE. */
int command_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The operator's socket that a client command talks to: `given`, or the one in the data folder
 * `data`; with neither, data/operator.sock, or the demo's when only that is there. 0, or
 * COMMAND_USAGE with a message printed. out: size bytes. */
int command_socket(const char *command, const char *given, const char *data, char *out,
                   uint32_t size);

#endif
