#include "bench/node.h"
#include "bench/checkout.h"
#include "bench/progress.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_S 30u
#define STOP_S 60u
#define LOOK_NS 20000000u /* between two looks at a node that starts or stops */
#define LAST_WORDS 2000   /* bytes of its log told when it fails */

const char *const node_providers[NODE_PROVIDERS] = {
    [NODE_PROVIDER_NEAR] = "near", [NODE_PROVIDER_FAR] = "far"};

/* A file that only we read. */
static bool write_private(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    return fd >= 0 && close(fd) == 0 && ok;
}

static bool prepare(const struct bench *bench, struct node *node) {
    if (!soap_keys_make(&node->soap) || !write_private(node->node_key, node->soap.node_pem))
        return false;
    struct ledger_options options = {.folder = node->data};
    struct ledger *ledger = book_make(&options, bench->options.accounts);
    if (ledger == NULL)
        return false;
    bool ok = soap_registry_fill(ledger, &node->soap, bench->options.accounts) &&
              checkout_registry_fill(ledger, &node->soap);
    return ledger_close(ledger) == 0 && ok;
}

/* A port that is free now. The node tells its own only in its log; so it is told one. */
static uint16_t free_port(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 &&
              getsockname(fd, (struct sockaddr *)&address, &size) == 0;
    if (fd >= 0)
        close(fd);
    return ok ? ntohs(address.sin_port) : 0;
}

static void write_providers(const struct node *node, FILE *file) {
    static const uint32_t concurrency[NODE_PROVIDERS] = {
        [NODE_PROVIDER_NEAR] = NODE_NEAR_CONCURRENCY, [NODE_PROVIDER_FAR] = NODE_FAR_CONCURRENCY};
    for (uint32_t i = 0; i < NODE_PROVIDERS; i++)
        fprintf(file,
                "[provider %s]\nnumber = %u\nprofile = osmp\nbase_url = http://127.0.0.1:%u/\n"
                "concurrency = %u\nconnect_timeout_ms = 30000\n",
                node_providers[i], i + 1, node->provider_ports[i], concurrency[i]);
}

static bool write_config(struct node *node) {
    char hex[2 * LOAD_KEY_BYTES + 1];
    if (getrandom(node->key, sizeof(node->key), 0) != (ssize_t)sizeof(node->key))
        return false;
    for (size_t i = 0; i < LOAD_KEY_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", node->key[i]);
    int fd = open(node->config, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL)
        return false;
    fprintf(file,
            "[node]\ndata = %s\nloops = 1\nconnections_max = 4096\n"
            "[http]\naddress = 127.0.0.1\nport = %u\n"
            "[rpc]\naddress = 127.0.0.1\nport = %u\n"
            "[soap]\nnode_key = %s\nrepeat_after_ms = %u\n"
            "[checkout]\ncallback_allow = 127.0.0.0/8\n"
            "[log]\nformat = logfmt\nlevel = info\n"
            "[gateway " NODE_GATEWAY "]\nrpc_key = %s\nbearer_key = %s\nrequester = %u\n"
            "accounts = all\nrights = open, lookup, deliver\n",
            node->data, node->http_port, node->rpc_port, node->node_key, SOAP_REPEAT_MS, hex, hex,
            BOOK_REQUESTER);
    write_providers(node, file);
    return fclose(file) == 0;
}

_Noreturn static void child(const struct node *node, const char *program) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int log = open(node->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
        _exit(126);
    execl(program, program, "serve", "--config", node->config, (char *)NULL);
    fprintf(stderr, "%s: %s\n", program, strerror(errno));
    _exit(127);
}

static void tell_last_words(const struct node *node) {
    char text[LAST_WORDS + 1] = "";
    FILE *file = fopen(node->log, "re");
    if (file == NULL)
        return;
    if (fseek(file, -LAST_WORDS, SEEK_END) < 0)
        rewind(file);
    text[fread(text, 1, LAST_WORDS, file)] = '\0';
    fclose(file);
    bench_tell("the node's log ends so:\n%s", text);
}

/* True once GET /readyz is answered with 200. */
static bool is_ready(uint16_t port) {
    static const char request[] =
        "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    char answer[12] = "";
    int fd = load_dial(port);
    if (fd < 0)
        return false;
    bool ok = load_send_all(fd, request, sizeof(request) - 1) &&
              load_receive_all(fd, answer, sizeof(answer)) && memcmp(answer + 9, "200", 3) == 0;
    close(fd);
    return ok;
}

/* True when the process has ended within the time; *status is as waitpid gives it. */
static bool has_ended(pid_t pid, uint64_t patience_ns, int *status) {
    uint64_t end = bench_now_ns() + patience_ns;
    do {
        if (waitpid(pid, status, WNOHANG) == pid)
            return true;
        bench_rest_ns(LOOK_NS);
    } while (bench_now_ns() < end);
    return false;
}

static bool wait_ready(struct node *node) {
    uint64_t end = bench_now_ns() + READY_S * 1000000000ull;
    int status = 0;
    while (bench_now_ns() < end) {
        if (is_ready(node->http_port))
            return true;
        if (has_ended(node->pid, LOOK_NS, &status)) {
            node->pid = 0;
            break;
        }
    }
    if (node->pid > 0) {
        kill(node->pid, SIGKILL);
        waitpid(node->pid, NULL, 0);
        node->pid = 0;
    }
    return false;
}

bool node_start(const struct bench *bench, struct node *node) {
    bench_path(bench, "node.data", node->data);
    bench_path(bench, "node.ini", node->config);
    bench_path(bench, "node.log", node->log);
    bench_path(bench, "node.key.pem", node->node_key);
    node->rpc_port = free_port();
    node->http_port = free_port();
    for (uint32_t i = 0; i < NODE_PROVIDERS; i++)
        node->provider_ports[i] = free_port();
    if (!prepare(bench, node) || !write_config(node)) {
        bench_tell("bench: the node could not be prepared in %s", node->data);
        return false;
    }
    progress_wipe();
    node->pid = fork();
    if (node->pid == 0)
        child(node, bench->options.node_program);
    if (node->pid > 0 && wait_ready(node))
        return true;
    bench_tell("bench: the node did not start");
    tell_last_words(node);
    return false;
}

bool node_stop(struct node *node) {
    int status = 0;
    kill(node->pid, SIGTERM);
    bool ended = has_ended(node->pid, STOP_S * 1000000000ull, &status);
    if (!ended) {
        kill(node->pid, SIGKILL);
        waitpid(node->pid, &status, 0);
    }
    node->pid = 0;
    if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    bench_tell("bench: the node did not stop well: %s %d", WIFEXITED(status) ? "code" : "signal",
               WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    tell_last_words(node);
    return false;
}
