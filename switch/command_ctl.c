/* command_ctl.c - `tiyn ctl`: its commands, its help, its connection. */
#include <stdio.h>

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
    "  acts list [--after N] [--limit N]   who ordered what, with what was before and after\n"
    "  deliveries list [--stuck] [--provider N] [--after ID] [--limit N]   what providers have\n"
    "                given no final answer to, of the last checkpoint\n"
    "  deliveries show ID   of a payment, with its attempts\n"
    "  deliveries retry-now ID | retry-stuck [--provider N]   ask the provider now\n"
    "  state            what the node does and how full it is\n"
    "  flush            checkpoint everything now\n"
    "\n"
    "  client|agent|merchant add LOGIN [FIELDS]   and opens the account when it is missing\n"
    "  client password LOGIN   for the checkout: typed twice, or a line of standard input\n"
    "  merchant webhook LOGIN  makes a new secret for its webhooks, and tells it once\n"
    "  terminal add ID [FIELDS] | service add CODE [FIELDS] | operator add NAME [FIELDS]\n"
    "  network add NAME [FIELDS] | network password NAME   a bank that pays in, and its account\n"
    "  client|agent|merchant|terminal|service|network|operator change | block | unblock |\n"
    "                show NAME | list\n"
    "  limits set identified|unidentified [FIELDS] | show CLASS | list   of classes of clients\n"
    "  tariff set OPERATION [--agent LOGIN] [--merchant LOGIN] [FIELDS] | off | show | list\n"
    "  agent|merchant key add LOGIN FILE.pem [--number N]   a public key or a certificate\n"
    "  agent|merchant key list LOGIN | key block LOGIN NUMBER | key unblock LOGIN NUMBER\n"
    "  import FILE.csv [--update] [--errors FILE]   clients in bulk; -: standard input\n"
    "  registry export --service CODE --day YYYY-MM-DD [--out FILE]   completed payments\n"
    "  registry compare FILE --service CODE --day YYYY-MM-DD   the provider's with ours\n"
    "  key new [--out FILE]   makes the node's own key pair, without a node\n"
    "\n"
    "  The fields of one of them: tiyn ctl client --help. Nothing is ever removed: block it.\n"
    "  Amounts A are decimal KZT, such as 100.50; a limit may be \"none\".\n"
    "  --data DIR      the node's data folder: its socket is DIR/operator.sock\n"
    "  --socket PATH   the operator's socket itself\n"
    "                  Without both: data/operator.sock, or that of the demo.\n"
    "  --json          the answer as JSON on one line, amounts in tiyn\n"
    "\n"
    "Exit code: 0 done, 1 the ledger or the node refused, 2 wrong arguments, 3 no node there.\n";

#define TIMEOUT_S 60u
#define PAGE (CTL_BIT(AFTER) | CTL_BIT(LIMIT))
#define LIMITS (CTL_BIT(CEILING) | CTL_BIT(DAY_LIMIT) | CTL_BIT(MONTH_LIMIT))
#define ACCOUNT (LIMITS | CTL_BIT(OWNER) | CTL_BIT(FLOOR))
#define PARTNERS (CTL_BIT(AGENT) | CTL_BIT(MERCHANT))
#define NONE .kind = REGISTRY_KINDS

#define READ(name, argument, kind_, options_)                                                      \
    {.words = name " show",                                                                        \
     .arguments = argument,                                                                        \
     .options = options_,                                                                          \
     .kind = REGISTRY_##kind_,                                                                     \
     .run = ctl_record_show},                                                                      \
    {                                                                                              \
        .words = name " list", .arguments = "", .options = PAGE, .kind = REGISTRY_##kind_,         \
        .run = ctl_record_list                                                                     \
    }
#define WRITE(name, argument, kind_, options_)                                                     \
    {.words = name " add",                                                                         \
     .arguments = argument,                                                                        \
     .options = options_,                                                                          \
     .fields = true,                                                                               \
     .kind = REGISTRY_##kind_,                                                                     \
     .run = ctl_record_add},                                                                       \
        {.words = name " change",                                                                  \
         .arguments = argument,                                                                    \
         .options = options_,                                                                      \
         .fields = true,                                                                           \
         .kind = REGISTRY_##kind_,                                                                 \
         .run = ctl_record_change},                                                                \
        {.words = name " block",                                                                   \
         .arguments = argument,                                                                    \
         .kind = REGISTRY_##kind_,                                                                 \
         .run = ctl_record_block},                                                                 \
    {                                                                                              \
        .words = name " unblock", .arguments = argument, .kind = REGISTRY_##kind_,                 \
        .run = ctl_record_unblock                                                                  \
    }

#define KEYS(name, kind_)                                                                          \
    {.words = name " key add",                                                                     \
     .arguments = "LOGIN FILE",                                                                    \
     .options = CTL_BIT(NUMBER),                                                                   \
     .kind = REGISTRY_##kind_,                                                                     \
     .run = ctl_partner_key_add},                                                                  \
        {.words = name " key list",                                                                \
         .arguments = "LOGIN",                                                                     \
         .kind = REGISTRY_##kind_,                                                                 \
         .run = ctl_partner_key_list},                                                             \
        {.words = name " key block",                                                               \
         .arguments = "LOGIN NUMBER",                                                              \
         .kind = REGISTRY_##kind_,                                                                 \
         .run = ctl_partner_key_block},                                                            \
    {                                                                                              \
        .words = name " key unblock", .arguments = "LOGIN NUMBER", .kind = REGISTRY_##kind_,       \
        .run = ctl_partner_key_unblock                                                             \
    }

/* clang-format off */
const struct ctl_command ctl_commands[] = {
    {"accounts list", "", PAGE, NONE, .run = ctl_accounts_list},
    {"accounts show", "ID", NONE, .run = ctl_accounts_show},
    {"accounts open", "ID", ACCOUNT | CTL_BIT(KIND), .flag = "overdraft", NONE,
     .run = ctl_accounts_open},
    {"accounts change", "ID", ACCOUNT, NONE, .run = ctl_accounts_change},
    {"accounts freeze", "ID", NONE, .run = ctl_accounts_freeze},
    {"accounts unfreeze", "ID", NONE, .run = ctl_accounts_unfreeze},
    {"accounts close", "ID", NONE, .run = ctl_accounts_close},
    {"accounts statement", "ID", CTL_BIT(BEFORE) | CTL_BIT(LIMIT), NONE,
     .run = ctl_accounts_statement},
    {"payments show", "ID", NONE, .run = ctl_payments_show},
    {"payments find", "REQUESTER REFERENCE", NONE, .run = ctl_payments_find},
    {"payments list-open", "", PAGE, NONE, .run = ctl_payments_list_open},
    {"payments complete", "ID", NONE, .run = ctl_payments_complete},
    {"payments decline", "ID", NONE, .run = ctl_payments_decline},
    {"payments retry", "ID", NONE, .run = ctl_payments_retry},
    {"acts list", "", PAGE, NONE, .run = ctl_acts_list},
    {"deliveries list", "", PAGE | CTL_BIT(PROVIDER), .flag = "stuck", NONE,
     .run = ctl_deliveries_list},
    {"deliveries show", "ID", NONE, .run = ctl_deliveries_show},
    {"deliveries retry-now", "ID", NONE, .run = ctl_deliveries_retry},
    {"deliveries retry-stuck", "", CTL_BIT(PROVIDER), NONE, .run = ctl_deliveries_retry_stuck},
    {"state", "", NONE, .run = ctl_state},
    {"flush", "", NONE, .run = ctl_flush},
    WRITE("client", "LOGIN", CLIENT, LIMITS),
    READ("client", "LOGIN", CLIENT, 0),
    WRITE("agent", "LOGIN", AGENT, CTL_BIT(OVERDRAFT)),
    READ("agent", "LOGIN", AGENT, 0),
    KEYS("agent", AGENT),
    WRITE("merchant", "LOGIN", MERCHANT, 0),
    READ("merchant", "LOGIN", MERCHANT, 0),
    KEYS("merchant", MERCHANT),
    WRITE("terminal", "ID", TERMINAL, 0),
    READ("terminal", "ID", TERMINAL, 0),
    WRITE("service", "CODE", SERVICE, 0),
    READ("service", "CODE", SERVICE, 0),
    WRITE("network", "NAME", NETWORK, CTL_BIT(OVERDRAFT)),
    READ("network", "NAME", NETWORK, 0),
    {"client password", "LOGIN", .kind = REGISTRY_CLIENT, .run = ctl_client_password},
    {"merchant webhook", "LOGIN", .kind = REGISTRY_MERCHANT, .run = ctl_merchant_webhook},
    {"network password", "NAME", .kind = REGISTRY_NETWORK, .run = ctl_network_password},
    WRITE("operator", "NAME", OPERATOR, 0),
    READ("operator", "NAME", OPERATOR, 0),
    {"limits set", "CLASS", .fields = true, .kind = REGISTRY_LIMITS, .run = ctl_limits_set},
    READ("limits", "CLASS", LIMITS, 0),
    {"tariff set", "OPERATION", PARTNERS, .fields = true, .kind = REGISTRY_TARIFF,
     .run = ctl_tariff_set},
    {"tariff off", "OPERATION", PARTNERS, .kind = REGISTRY_TARIFF, .run = ctl_tariff_off},
    READ("tariff", "OPERATION", TARIFF, PARTNERS),
    {"import", "FILE", CTL_BIT(ERRORS), .flag = "update", NONE, .run = ctl_import},
    {"registry export", "", CTL_BIT(SERVICE) | CTL_BIT(DAY) | CTL_BIT(OUT), NONE,
     .run = ctl_registry_export},
    {"registry compare", "FILE", CTL_BIT(SERVICE) | CTL_BIT(DAY), NONE,
     .run = ctl_registry_compare},
    {"key new", "", CTL_BIT(OUT), .alone = true, NONE, .run = ctl_key_new},
};
/* clang-format on */
const uint32_t ctl_command_count = sizeof(ctl_commands) / sizeof(ctl_commands[0]);

static int print_help(const struct ctl *ctl) {
    char kinds[CTL_TEXT];
    const char *words = ctl->command != NULL ? ctl->command->words : ctl->arguments[0];
    if (words != NULL) {
        ctl_help_group(words);
    } else {
        fputs(help, stdout);
        printf("\nKIND is one of: %s.\n", ctl_kinds(kinds));
    }
    return COMMAND_OK;
}

int command_ctl(int argc, char **argv) {
    static struct ctl ctl;
    char socket_path[CONFIG_SOCKET_MAX];
    if (ctl_parse(&ctl, argc, argv) != COMMAND_OK) {
        return COMMAND_USAGE;
    }
    if (ctl.help) {
        return print_help(&ctl);
    }
    if (ctl.command->alone) {
        return ctl.command->run(&ctl);
    }
    if (command_socket("ctl", ctl.options[CTL_SOCKET], ctl.options[CTL_DATA], socket_path,
                       sizeof(socket_path)) != 0) {
        return COMMAND_USAGE;
    }
    if (rpc_client_open(&ctl.client, socket_path, TIMEOUT_S) != RPC_CLIENT_OK) {
        fprintf(stderr, "tiyn ctl: %s\n", ctl.client.why);
        return COMMAND_FAILED;
    }
    int code = ctl.command->run(&ctl);
    rpc_client_close(&ctl.client);
    return code;
}
