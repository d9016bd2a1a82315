/* command_version.c - `tiyn version`, and what the sub-commands share. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "switch/command.h"
#include "switch/node.h"

int command_version(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        puts("Usage: tiyn version\nPrints the program's version.");
        return COMMAND_OK;
    }
    if (argc > 1) {
        return command_usage("version", "it takes no arguments");
    }
    puts("tiyn " NODE_VERSION);
    return COMMAND_OK;
}

int command_usage(const char *command, const char *format, ...) {
    va_list values;
    fprintf(stderr, "tiyn %s: ", command);
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fprintf(stderr, "; see: tiyn %s --help\n", command);
    return COMMAND_USAGE;
}

int command_socket(const char *command, const char *given, const char *data, char *out,
                   uint32_t size) {
    int length;
    if (given != NULL) {
        length = snprintf(out, size, "%s", given);
    } else if (data != NULL) {
        length = snprintf(out, size, "%s/operator.sock", data);
    } else {
        bool demo = access("data/operator.sock", F_OK) != 0 &&
                    access("build/demo/operator.sock", F_OK) == 0;
        length = snprintf(out, size, "%s/operator.sock", demo ? "build/demo" : "data");
    }
    if (length < 0 || (uint32_t)length >= size) {
        return command_usage(command, "the socket's path is longer than %u bytes", size - 1);
    }
    return 0;
}
