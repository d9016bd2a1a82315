/* demo_provider.c - the demo's stand-in provider: a process beside the node, which ends with it. */
#include <errno.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "switch/config_keys.h"
#include "switch/demo.h"

#define STUB "provider_stub" /* beside the program */
#define START_MS 5000

static const struct {
    const char *name, *number, *profile;
} providers[] = {{"stub", "1", "osmp"}, {"utility", "2", "utility"}};

/* False: the program is not there. */
static bool find_stub(char path[CONFIG_PATH_MAX]) {
    char self[CONFIG_PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (size <= 0) {
        return false;
    }
    self[size] = '\0';
    int written = snprintf(path, CONFIG_PATH_MAX, "%s/" STUB, dirname(self));
    return written > 0 && written < CONFIG_PATH_MAX && access(path, X_OK) == 0;
}

/* Of a process group of its own: Ctrl-C is the node's, which ends first. */
_Noreturn static void become_stub(const char *path, int out) {
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (dup2(out, STDOUT_FILENO) >= 0) {
        (void)execl(path, path, (char *)NULL);
    }
    _exit(127);
}

/* Reads "port N". 0: it did not come. */
static unsigned read_port(int in) {
    struct pollfd ready = {.fd = in, .events = POLLIN};
    char line[32];
    ssize_t size = poll(&ready, 1, START_MS) == 1 ? read(in, line, sizeof(line) - 1) : 0;
    if (size <= 0) {
        return 0;
    }
    line[size] = '\0';
    return strncmp(line, "port ", 5) == 0 ? (unsigned)strtoul(line + 5, NULL, 10) : 0;
}

static unsigned start_stub(const char *path) {
    int ends[2];
    if (pipe(ends) < 0) {
        return 0;
    }
    pid_t pid = fork();
    if (pid == 0) {
        become_stub(path, ends[1]);
    }
    (void)close(ends[1]);
    unsigned port = pid > 0 ? read_port(ends[0]) : 0;
    (void)close(ends[0]);
    if (pid > 0 && port == 0) {
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
    }
    return port;
}

static int add(struct config *config, size_t index, const char *url, char *why) {
    struct provider *provider = &config->providers[config->provider_count];
    char reason[CONFIG_WHY_MAX] = "";
    if (config_provider_start(provider, providers[index].name, reason) < 0 ||
        config_provider_set(provider, CONFIG_PROVIDER_NUMBER, providers[index].number, "", reason) <
            0 ||
        config_provider_set(provider, CONFIG_PROVIDER_PROFILE, providers[index].profile, "",
                            reason) < 0 ||
        config_provider_set(provider, CONFIG_PROVIDER_URL, url, "", reason) < 0 ||
        config_provider_finish(provider, reason) < 0) {
        (void)snprintf(why, DEMO_WHY, "the demo's provider: %s", reason);
        return -1;
    }
    config->provider_count++;
    return 0;
}

int demo_providers(struct config *config, char *why) {
    char path[CONFIG_PATH_MAX], url[64];
    if (!find_stub(path)) {
        return 0; /* a node without the stand-in is a demo without services */
    }
    unsigned port = start_stub(path);
    if (port == 0) {
        (void)snprintf(why, DEMO_WHY, "%.300s does not start: %s", path, strerror(errno));
        return -1;
    }
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(providers) / sizeof(providers[0]); i++) {
        rc = add(config, i, url, why);
    }
    return rc;
}
