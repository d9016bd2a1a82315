/* tiyn_bench - measures the ledger, the node and the limits of the machine beside them. Started by
 * bench/run. Exit code: 0, 1 when an answer or an audit was wrong, 2 when the arguments are. */
#include "bench/progress.h"
#include "bench/report.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNTS 1000000u
#define ACCOUNTS_MAX 8000000u /* seven digits of an id: book.h */
#define RECOVERY_PAYMENTS 5000000u
#define GROWTH_PAYMENTS 20000000u
#define SMOKE_SECONDS 0.2
#define SMOKE_ACCOUNTS 10000u
#define SMOKE_RECOVERY_PAYMENTS 50000u
#define SMOKE_GROWTH_PAYMENTS 100000u

static const char usage[] =
    "usage: bench/run [growth] [options]\n"
    "  growth            how 20 M payments slow down (not in the default run)\n"
    "  --seconds N       of each measurement\n"
    "  --only NAME       this one, or those that begin so (soap, rpc), and what they are\n"
    "                    compared with\n"
    "  --smoke           everything for moments, on few accounts: does it work at all?\n"
    "  --accounts N      wallets (1000000)\n"
    "  --payments N      of recovery (5000000) and growth (20000000)\n"
    "  --list            the names\n"
    "Set by bench/run: --folder DIR (scratch), --tiyn PROGRAM, --output FILE\n";

_Noreturn static void refuse(const char *what) {
    fprintf(stderr, "bench: %s\n%s", what, usage);
    exit(2);
}

static uint64_t whole_number(const char *text, uint64_t least, uint64_t most) {
    char *end = NULL;
    unsigned long long number = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || number < least || number > most) {
        fprintf(stderr, "bench: %s: a whole number from %llu to %llu is needed\n", text,
                (unsigned long long)least, (unsigned long long)most);
        exit(2);
    }
    return number;
}

static double seconds_number(const char *text) {
    char *end = NULL;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number > 0 && number <= 86400))
        refuse("--seconds takes a number above 0");
    return number;
}

_Noreturn static void list(void) {
    for (uint32_t i = 0; i < bench_plan_count; i++)
        printf("%s\n", bench_plans[i].name);
    exit(0);
}

static void smoke(struct bench_options *options) {
    options->seconds = SMOKE_SECONDS;
    options->accounts = SMOKE_ACCOUNTS;
    options->recovery_payments = SMOKE_RECOVERY_PAYMENTS;
    options->growth_payments = SMOKE_GROWTH_PAYMENTS;
}

static void read_option(struct bench_options *options, int option) {
    switch (option) {
    case 's':
        options->seconds = seconds_number(optarg);
        break;
    case 'o':
        options->only = optarg;
        break;
    case 'S':
        smoke(options);
        break;
    case 'a':
        options->accounts = whole_number(optarg, 1, ACCOUNTS_MAX);
        break;
    case 'p':
        options->recovery_payments = whole_number(optarg, 1000, 100000000);
        options->growth_payments = options->recovery_payments;
        break;
    case 'l':
        list();
    case 'f':
        options->folder = optarg;
        break;
    case 't':
        options->node_program = optarg;
        break;
    case 'O':
        options->output = optarg;
        break;
    case 'h':
        fputs(usage, stdout);
        exit(0);
    default:
        refuse("an option is unknown or lacks its value");
    }
}

static void read_arguments(struct bench_options *options, int argc, char **argv) {
    static const struct option longs[] = {{"seconds", required_argument, NULL, 's'},
                                          {"only", required_argument, NULL, 'o'},
                                          {"smoke", no_argument, NULL, 'S'},
                                          {"accounts", required_argument, NULL, 'a'},
                                          {"payments", required_argument, NULL, 'p'},
                                          {"list", no_argument, NULL, 'l'},
                                          {"folder", required_argument, NULL, 'f'},
                                          {"tiyn", required_argument, NULL, 't'},
                                          {"output", required_argument, NULL, 'O'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", longs, NULL)) != -1;)
        read_option(options, option);
    if (optind + 1 == argc && strcmp(argv[optind], "growth") == 0)
        options->only = "growth";
    else if (optind != argc)
        refuse("an argument is unknown");
    if (options->folder == NULL || options->node_program == NULL || options->output == NULL)
        refuse("--folder, --tiyn and --output are needed; bench/run gives them");
    if (options->only != NULL && strcmp(options->only, "growth") == 0)
        options->only = "growth_duplicates"; /* it asks for what growth paid, and audits both */
}

/* By its name, or by the first words of it: "core" names core_batch_8190 and its like. */
static bool is_named(const struct plan *plan, const char *only) {
    size_t size = strlen(only);
    return strncmp(plan->name, only, size) == 0 &&
           (plan->name[size] == '\0' || plan->name[size] == '_');
}

/* Marks what is to be run: backwards, as each drags in what it is compared with. */
static void choose(const char *only, bool *chosen) {
    bool known = only == NULL;
    for (uint32_t i = bench_plan_count; i-- > 0;) {
        const struct plan *plan = &bench_plans[i];
        bool named = only != NULL && is_named(plan, only);
        known = known || named;
        chosen[i] = chosen[i] || named || (only == NULL && !plan->extra);
        for (uint32_t j = 0; chosen[i] && plan->ratio_to != NULL && j < i; j++)
            chosen[j] = chosen[j] || strcmp(bench_plans[j].name, plan->ratio_to) == 0;
    }
    if (!known)
        refuse("--only: there is no such measurement; --list names them");
}

static bool run_plan(struct bench *bench, const struct plan *plan) {
    struct measurement *out = &bench->measurements[bench->count];
    *out = (struct measurement){.plan = plan};
    out->seconds = bench->options.seconds > 0 ? bench->options.seconds : plan->seconds;
    bool ok = plan->run(bench, plan, out);
    progress_wipe();
    if (!ok) {
        bench_tell("bench: %s failed", plan->name);
        return false;
    }
    const struct measurement *other =
        plan->ratio_to == NULL ? NULL : bench_find(bench, plan->ratio_to);
    if (out->ratio <= 0 && other != NULL && other->payments_per_second > 0)
        out->ratio = out->payments_per_second / other->payments_per_second;
    bench->count++;
    return true;
}

int main(int argc, char **argv) {
    static struct bench bench = {.options = {.accounts = ACCOUNTS,
                                             .recovery_payments = RECOVERY_PAYMENTS,
                                             .growth_payments = GROWTH_PAYMENTS},
                                 .audit = {.ok = true}};
    bool chosen[BENCH_MEASUREMENTS_MAX] = {false};
    struct machine machine;
    bool ok = true;
    read_arguments(&bench.options, argc, argv);
    choose(bench.options.only, chosen);
    machine_look(&machine, bench.options.folder);
    if (strcmp(machine.file_system, "tmpfs") == 0)
        bench_tell("bench: %s is in memory: nothing durable is measured there",
                   bench.options.folder);
    for (uint32_t i = 0; i < bench_plan_count; i++)
        ok = (!chosen[i] || run_plan(&bench, &bench_plans[i])) && ok;
    ok = network_end(&bench) && ok;
    progress_wipe();
    report_table(&bench, &machine);
    ok = report_json(&bench, &machine) && ok;
    return ok && bench.audit.ok ? 0 : 1;
}
