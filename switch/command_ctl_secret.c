/* command_ctl_secret.c - `tiyn ctl client password`: a person's own password, which is typed; `tiyn
 * ctl merchant webhook`: the secret of a shop's webhooks, which is made here and told once. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "protocols/common/password.h"
#include "switch/command.h"
#include "switch/ctl.h"

_Static_assert(PASSWORD_HASH_TEXT == REGISTRY_PASSWORD_MAX, "a hash is what the record keeps");

/* Reads the record that the command names, which must be there. */
static int find(struct ctl *ctl, struct ctl_record *record) {
    char hint[CTL_TEXT];
    const char *kind = registry_schemas[ctl->command->kind].name;
    int code = ctl_record_start(ctl, record);
    code = code == COMMAND_OK ? ctl_record_read(ctl, record) : code;
    if (code == COMMAND_OK && record->version == LEDGER_VERSION_NEW) {
        uint64_t login = record->record.client.login; /* a merchant has it first, too */
        snprintf(hint, sizeof(hint), "there is no %s %" PRIu64 "; first: tiyn ctl %s add %" PRIu64,
                 kind, login, kind, login);
        return ctl_refused(ctl, LEDGER_RECORD_NOT_FOUND, hint);
    }
    return code;
}

/* ---- Passwords ---------------------------------------------------------------------------- */

/* One line of standard input without its end; -1: longer than any password, or not text. */
static int read_line(char line[PASSWORD_BYTES_MAX + 1]) {
    int size = 0, c = getchar();
    bool good = true;
    for (; c != EOF && c != '\n'; c = getchar()) {
        good = good && c != '\0' && size < PASSWORD_BYTES_MAX;
        if (good) {
            line[size++] = (char)c;
        }
    }
    size -= size > 0 && line[size - 1] == '\r';
    line[size] = '\0';
    return good ? size : -1;
}

/* The same from a terminal, with a prompt and without showing what is typed. */
static int ask(const char *prompt, char line[PASSWORD_BYTES_MAX + 1]) {
    struct termios before, quiet;
    if (tcgetattr(STDIN_FILENO, &before) != 0) {
        return -1;
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG); /* an interrupt would leave it without echo */
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0) {
        return -1;
    }
    fputs(prompt, stderr); /* who sees it may type: what came before is dropped */
    int size = read_line(line);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return size;
}

/* A password of the right size: typed twice, or one line of what is no terminal. */
static int read_password(char password[PASSWORD_BYTES_MAX + 1]) {
    char again[PASSWORD_BYTES_MAX + 1];
    bool typed = isatty(STDIN_FILENO) == 1, same = true;
    (void)setvbuf(stdin, NULL, _IONBF, 0); /* no copy of it stays */
    int size = typed ? ask("Password: ", password) : read_line(password);
    if (size < PASSWORD_BYTES_MIN) {
        return command_usage("ctl", "a password has %d to %d bytes, and no zero byte",
                             PASSWORD_BYTES_MIN, PASSWORD_BYTES_MAX);
    }
    if (typed) {
        same = ask("Once more: ", again) == size && strcmp(password, again) == 0;
        sodium_memzero(again, sizeof(again));
    }
    return same ? COMMAND_OK : command_usage("ctl", "that was another one: nothing is changed");
}

int ctl_client_password(struct ctl *ctl) {
    struct ctl_record record;
    char password[PASSWORD_BYTES_MAX + 1] = "", name[CTL_TEXT];
    bool again = false;
    int code = find(ctl, &record);
    code = code == COMMAND_OK ? read_password(password) : code;
    if (code == COMMAND_OK &&
        (sodium_init() < 0 ||
         !password_hash(slice_text(password), record.record.client.password))) {
        fprintf(stderr, "tiyn ctl: there is no memory to hash a password with\n");
        code = COMMAND_FAILED;
    }
    sodium_memzero(password, sizeof(password));
    code = code == COMMAND_OK ? ctl_record_check(&record) : code;
    code = code == COMMAND_OK ? ctl_record_put(ctl, &record, &again) : code;
    return code == COMMAND_OK ? ctl_done(ctl, ctl_record_name(&record, name), again) : code;
}

/* ---- Webhooks ----------------------------------------------------------------------------- */

enum { WEBHOOK_KEY_BYTES = 32 }; /* of HMAC-SHA256 */

static void make_secret(char secret[REGISTRY_WEBHOOK_MAX]) {
    unsigned char bytes[WEBHOOK_KEY_BYTES];
    const char start[] = "whsec_";
    randombytes_buf(bytes, sizeof(bytes));
    memset(secret, 0, REGISTRY_WEBHOOK_MAX);
    memcpy(secret, start, sizeof(start));
    (void)sodium_bin2base64(secret + sizeof(start) - 1, REGISTRY_WEBHOOK_MAX - sizeof(start) + 1,
                            bytes, sizeof(bytes), sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(bytes, sizeof(bytes));
}

int ctl_merchant_webhook(struct ctl *ctl) {
    struct ctl_record record;
    struct registry_merchant *merchant = &record.record.merchant;
    bool again = false;
    int code = find(ctl, &record);
    if (code != COMMAND_OK) {
        return code;
    }
    make_secret(merchant->webhook_secret);
    code = ctl_record_check(&record);
    code = code == COMMAND_OK ? ctl_record_put(ctl, &record, &again) : code;
    if (code == COMMAND_OK && ctl->json) {
        printf("{\"secret\":\"%s\"}\n", merchant->webhook_secret);
    } else if (code == COMMAND_OK) {
        printf("secret: %s\nIt is told only now. %s\n", merchant->webhook_secret,
               merchant->callback == CALLBACK_WEBHOOK
                   ? "Webhooks are signed with it from now on."
                   : "When the shop has it: tiyn ctl merchant change LOGIN --callback webhook");
    }
    sodium_memzero(merchant->webhook_secret, REGISTRY_WEBHOOK_MAX);
    return code;
}
