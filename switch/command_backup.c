/* command_backup.c - `tiyn backup`: a consistent copy of a running node's ledger. */
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocols/rpc/pack.h"
#include "switch/command.h"
#include "switch/config.h"
#include "switch/ctl.h"

static const char help[] =
    "Usage: tiyn backup [--data DIR | --socket PATH] BACKUP\n"
    "\n"
    "Has the running node write a consistent, compact copy of its ledger into the folder BACKUP,\n"
    "which must be missing or empty; the node makes it, as its own user. Every payment that was\n"
    "answered before is in it. Payments go on meanwhile. Then: tiyn audit BACKUP, and take it to\n"
    "another machine. tiyn restore makes a data folder of it.\n"
    "\n"
    "  --data DIR      the node's data folder: its socket is DIR/operator.sock\n"
    "  --socket PATH   the operator's socket itself\n"
    "  Without both: data/operator.sock, or that of the demo.\n"
    "\n"
    "Exit code: 0 done, 1 the node refused, 2 wrong arguments, 3 no node or no copy.\n";

/* A copy takes about a second a gigabyte; a day is "for ever". */
#define TIMEOUT_S 86400u

static int backup(const char *socket_path, const char *folder) {
    struct rpc_client client;
    if (rpc_client_open(&client, socket_path, TIMEOUT_S) != RPC_CLIENT_OK) {
        fprintf(stderr, "tiyn backup: %s\n", client.why);
        return COMMAND_FAILED;
    }
    const msgpack_object *result = NULL;
    msgpack_packer *packer = rpc_client_params(&client);
    msgpack_pack_array(packer, 1);
    pack_text(packer, folder);
    char why[CTL_TEXT] = "";
    int rc = rpc_client_call(&client, "node.backup", &result);
    int code = rc == RPC_CLIENT_ERROR ? COMMAND_REFUSED : COMMAND_FAILED;
    if (rc == RPC_CLIENT_OK && ctl_true(result, "ok")) {
        printf("Backup in %s, as of batch %" PRIu64 ". Check it with: tiyn audit %s\n", folder,
               ctl_uint(result, "sequence"), folder);
        code = COMMAND_OK;
    } else if (rc == RPC_CLIENT_OK) {
        ctl_text(rpc_client_field(result, "why"), why);
    }
    if (code != COMMAND_OK) {
        fprintf(stderr, "tiyn backup: %s\n", why[0] != '\0' ? why : client.why);
    }
    rpc_client_close(&client);
    return code;
}

int command_backup(int argc, char **argv) {
    static const struct option options[] = {{"data", required_argument, NULL, 'd'},
                                            {"socket", required_argument, NULL, 's'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *data = NULL, *given = NULL;
    char socket_path[CONFIG_SOCKET_MAX], folder[PATH_MAX], here[PATH_MAX / 2];
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (option == 'h') {
            fputs(help, stdout);
            return COMMAND_OK;
        }
        if (option != 'd' && option != 's') {
            return command_usage("backup", "%s is not understood", argv[optind - 1]);
        }
        *(option == 'd' ? &data : &given) = optarg;
    }
    if (optind + 1 != argc) {
        return command_usage("backup", "give one folder to write the backup to");
    }
    if (command_socket("backup", given, data, socket_path, sizeof(socket_path)) != 0) {
        return COMMAND_USAGE;
    }
    /* The node has another working folder: hand it a whole path. */
    bool whole = argv[optind][0] == '/';
    if (!whole && getcwd(here, sizeof(here)) == NULL) {
        return command_usage("backup", "the working folder is gone; give an absolute path");
    }
    if (snprintf(folder, sizeof(folder), "%s%s%s", whole ? "" : here, whole ? "" : "/",
                 argv[optind]) >= (int)sizeof(folder)) {
        return command_usage("backup", "the folder's path is too long");
    }
    return backup(socket_path, folder);
}
