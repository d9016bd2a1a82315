/* command_restore.c - `tiyn restore`: a new data folder from a backup. */
#include <stdio.h>
#include <string.h>

#include "ledger/ledger.h"
#include "switch/command.h"

static const char help[] =
    "Usage: tiyn restore BACKUP DATA\n"
    "\n"
    "Makes the new data folder DATA from the backup in the folder BACKUP (see: tiyn backup).\n"
    "DATA must be missing or empty: nothing is ever written over. The backup stays as it is.\n"
    "Afterwards: tiyn audit DATA, then start the node with data = DATA.\n"
    "\n"
    "Exit code: 0 restored, 2 wrong arguments, 3 it could not be restored.\n";

int command_restore(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return COMMAND_OK;
    }
    if (argc != 3 || argv[1][0] == '-') {
        return command_usage("restore", "give the backup's folder and the new data folder");
    }
    struct ledger_failure failure = {.error = 0};
    if (ledger_restore(argv[1], argv[2], &failure) < 0) {
        fprintf(stderr, "tiyn restore: %s\n", failure.text);
        return COMMAND_FAILED;
    }
    printf("Restored %s into %s. Check it with: tiyn audit %s\n", argv[1], argv[2], argv[2]);
    return COMMAND_OK;
}
