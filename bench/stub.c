#include "bench/stub.h"

#include "bench/load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MAX 1024u

_Noreturn static void child(const char *program, uint16_t port, uint32_t delay_ms, int out) {
    char port_text[16], delay_text[16];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(port_text, sizeof(port_text), "%u", port);
    snprintf(delay_text, sizeof(delay_text), "%u", delay_ms);
    if (dup2(out, STDOUT_FILENO) < 0)
        _exit(126);
    execl(program, program, "--port", port_text, "--delay-ms", delay_text, (char *)NULL);
    fprintf(stderr, "%s: %s\n", program, strerror(errno));
    _exit(127);
}

/* "build/tiyn" -> "build/provider_stub" */
static void program_path(const struct bench *bench, char path[BENCH_PATH_MAX]) {
    const char *node = bench->options.node_program;
    const char *slash = strrchr(node, '/');
    int folder = slash == NULL ? 0 : (int)(slash - node) + 1;
    snprintf(path, BENCH_PATH_MAX, "%.*sprovider_stub", folder, node);
}

/* Its first line, "port N", comes when it listens. */
static bool read_port(int fd, uint16_t *port) {
    FILE *file = fdopen(fd, "r");
    unsigned number = 0;
    if (file == NULL) {
        close(fd);
        return false;
    }
    char line[64];
    bool ok = fgets(line, sizeof(line), file) != NULL && sscanf(line, "port %u", &number) == 1;
    fclose(file);
    *port = (uint16_t)number;
    return ok && number > 0 && number < 65536;
}

bool stub_start(const struct bench *bench, struct stub *stub, uint16_t port, uint32_t delay_ms) {
    char program[BENCH_PATH_MAX];
    int pipes[2];
    program_path(bench, program);
    *stub = (struct stub){0};
    if (pipe2(pipes, O_CLOEXEC) == 0) {
        stub->pid = fork();
        if (stub->pid == 0)
            child(program, port, delay_ms, pipes[1]);
        close(pipes[1]);
        if (stub->pid > 0 && read_port(pipes[0], &stub->port))
            return true;
    }
    bench_tell("bench: %s did not start", program);
    stub_stop(stub);
    return false;
}

static bool read_number(const char *text, const char *name, uint64_t *number) {
    const char *at = strstr(text, name);
    *number = at == NULL ? 0 : strtoull(at + strlen(name), NULL, 10);
    return at != NULL;
}

bool stub_look(const struct stub *stub, struct stub_stats *stats) {
    char text[ANSWER_MAX];
    if (load_get(stub->port, "/stats", NULL, text, sizeof(text)) &&
        read_number(text, "\npaid ", &stats->paid) &&
        read_number(text, "\nasked ", &stats->asked) &&
        read_number(text, "\nin_flight_max ", &stats->in_flight_max))
        return true;
    bench_tell("bench: the stand-in provider does not say what it has seen");
    return false;
}

void stub_stop(struct stub *stub) {
    if (stub->pid > 0) {
        kill(stub->pid, SIGKILL);
        waitpid(stub->pid, NULL, 0);
    }
    stub->pid = 0;
}
