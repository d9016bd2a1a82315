#include "bench/report.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 64

/* ---- The table ---- */

/* A time of 0 was not measured, and meets nothing. */
static bool is_in_time(double us, double most_us) {
    return most_us <= 0 || (us > 0 && us <= most_us);
}

static bool meets(const struct measurement *measurement, const struct target *target) {
    return measurement->payments_per_second >= target->per_second &&
           is_in_time(measurement->p50_us, target->p50_us) &&
           is_in_time(measurement->p99_us, target->p99_us) &&
           is_in_time(measurement->max_us, target->max_us) && measurement->ratio >= target->ratio &&
           measurement->in_flight_max >= target->in_flight &&
           (target->open_bytes <= 0 || measurement->open_bytes <= target->open_bytes);
}

static void rate_text(double per_second, char *text) {
    if (per_second >= 1e6)
        snprintf(text, TEXT_MAX, "%.2f M", per_second / 1e6);
    else if (per_second >= 10e3)
        snprintf(text, TEXT_MAX, "%.0f k", per_second / 1e3);
    else if (per_second >= 1e3)
        snprintf(text, TEXT_MAX, "%.2f k", per_second / 1e3);
    else
        snprintf(text, TEXT_MAX, "%.1f", per_second);
}

static void time_text(double us, char *text) {
    if (us <= 0)
        snprintf(text, TEXT_MAX, "-");
    else if (us < 1000)
        snprintf(text, TEXT_MAX, "%.0f us", us);
    else if (us < 1e6)
        snprintf(text, TEXT_MAX, us < 10e3 ? "%.2f ms" : "%.1f ms", us / 1e3);
    else
        snprintf(text, TEXT_MAX, "%.2f s", us / 1e6);
}

/* Adds "p99 10 ms" to what a target asks. */
static void add_time(char *text, const char *name, double us) {
    char time[TEXT_MAX];
    size_t used = strlen(text);
    if (us <= 0)
        return;
    snprintf(time, sizeof(time), "%.3g ms", us / 1e3);
    snprintf(text + used, TEXT_MAX - used, "%s%s %s", used > 0 ? ", " : "", name, time);
}

static void target_text(const struct target *target, char *text) {
    text[0] = '\0';
    if (target->per_second >= 1e6)
        snprintf(text, TEXT_MAX, "%.3g M", target->per_second / 1e6);
    else if (target->per_second > 0)
        snprintf(text, TEXT_MAX, "%.3g k", target->per_second / 1e3);
    if (target->ratio > 0)
        snprintf(text, TEXT_MAX, "ratio %.2f", target->ratio);
    if (target->in_flight > 0)
        snprintf(text, TEXT_MAX, "%llu at once", (unsigned long long)target->in_flight);
    if (target->open_bytes > 0)
        snprintf(text, TEXT_MAX, "%.0f bytes each", target->open_bytes);
    add_time(text, "p50", target->p50_us);
    add_time(text, "p99", target->p99_us);
    add_time(text, "max", target->max_us);
    if (text[0] == '\0')
        snprintf(text, TEXT_MAX, "-");
}

/* One line; true when it meets its floor. */
static bool print_line(const struct measurement *measurement, bool terminal) {
    const struct plan *plan = measurement->plan;
    char rate[TEXT_MAX], p50[TEXT_MAX], p99[TEXT_MAX], max[TEXT_MAX], floor[TEXT_MAX],
        aim[TEXT_MAX];
    char ratio[2 * TEXT_MAX] = "-";
    bool ok = meets(measurement, &plan->floor);
    rate_text(measurement->payments_per_second, rate);
    time_text(measurement->p50_us, p50);
    time_text(measurement->p99_us, p99);
    time_text(measurement->max_us, max);
    target_text(&plan->floor, floor);
    target_text(&plan->aim, aim);
    if (measurement->ratio > 0)
        snprintf(ratio, sizeof(ratio), "%.2f of %s", measurement->ratio, plan->ratio_to);
    printf("%s%-22s %9s %9s %9s %9s  %-22s %-20s %s%s%s\n", ok || !terminal ? "" : "\033[1;31m",
           plan->name, rate, p50, p99, max, floor, aim, ratio, ok ? "" : "  << BELOW FLOOR",
           ok || !terminal ? "" : "\033[0m");
    return ok;
}

static void print_in_flight(const struct measurement *measurement) {
    if (measurement->in_flight_max > 0)
        printf("\n%s, requests at once at the provider: %llu\n", measurement->plan->name,
               (unsigned long long)measurement->in_flight_max);
}

static void print_open(const struct measurement *measurement) {
    if (measurement->plan->floor.open_bytes > 0)
        printf("\n%s, bytes of the node's memory for each: %.0f\n", measurement->plan->name,
               measurement->open_bytes);
}

static void print_growth(const struct measurement *measurement) {
    if (measurement->step_count == 0)
        return;
    printf("\n%s, payments/s of each step:", measurement->plan->name);
    for (uint32_t i = 0; i < measurement->step_count; i++)
        printf(" %.0f k", measurement->steps[i] / 1e3);
    printf("\n%s, bytes of LMDB a payment: %.0f\n", measurement->plan->name,
           measurement->store_bytes_per_payment);
}

uint32_t report_table(const struct bench *bench, const struct machine *machine) {
    bool terminal = isatty(STDOUT_FILENO) != 0;
    uint32_t below = 0;
    printf("%s, %ld cores, %llu MiB, %s, %s\n\n", machine->cpu, machine->cores,
           (unsigned long long)machine->memory_mb, machine->kernel, machine->file_system);
    printf("%-22s %9s %9s %9s %9s  %-22s %-20s %s\n", "name", "pay/s", "p50", "p99", "max", "floor",
           "aim", "ratio");
    for (uint32_t i = 0; i < bench->count; i++)
        below += print_line(&bench->measurements[i], terminal) ? 0 : 1;
    for (uint32_t i = 0; i < bench->count; i++)
        print_in_flight(&bench->measurements[i]);
    for (uint32_t i = 0; i < bench->count; i++)
        print_open(&bench->measurements[i]);
    for (uint32_t i = 0; i < bench->count; i++)
        print_growth(&bench->measurements[i]);
    printf("\naudit: %s, %llu payments, %llu tiyn\n", bench->audit.ok ? "ok" : "NOT OK",
           (unsigned long long)bench->audit.payments, (unsigned long long)bench->audit.sum_tiyn);
    if (below > 0)
        printf("%u figure%s below the floor\n", below, below == 1 ? " is" : "s are");
    return below;
}

/* ---- bench.json ---- */

static json_t *measurement_json(const struct measurement *measurement) {
    const struct plan *plan = measurement->plan;
    json_t *json = json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:i, s:i}", "name", plan->name,
                             "payments_per_second", measurement->payments_per_second, "p50_us",
                             measurement->p50_us, "p99_us", measurement->p99_us, "max_us",
                             measurement->max_us, "seconds", measurement->seconds, "batch",
                             (int)plan->batch, "connections", (int)plan->connections);
    if (measurement->ratio > 0) {
        json_object_set_new(json, "ratio", json_real(measurement->ratio));
        json_object_set_new(json, "ratio_to", json_string(plan->ratio_to));
    }
    if (measurement->in_flight_max > 0)
        json_object_set_new(json, "in_flight_max",
                            json_integer((json_int_t)measurement->in_flight_max));
    if (plan->floor.open_bytes > 0)
        json_object_set_new(json, "open_bytes", json_real(measurement->open_bytes));
    if (measurement->step_count > 0) {
        json_t *steps = json_array();
        for (uint32_t i = 0; i < measurement->step_count; i++)
            json_array_append_new(steps, json_real(measurement->steps[i]));
        json_object_set_new(json, "payments_per_second_steps", steps);
        json_object_set_new(json, "store_bytes_per_payment",
                            json_real(measurement->store_bytes_per_payment));
    }
    return json;
}

static json_t *machine_json(const struct machine *machine) {
    return json_pack("{s:s, s:i, s:s, s:s, s:I}", "cpu", machine->cpu, "cores", (int)machine->cores,
                     "kernel", machine->kernel, "file_system", machine->file_system, "memory_mb",
                     (json_int_t)machine->memory_mb);
}

bool report_json(const struct bench *bench, const struct machine *machine) {
    char temporary[BENCH_PATH_MAX];
    snprintf(temporary, sizeof(temporary), "%s.new", bench->options.output);
    json_t *measurements = json_array();
    for (uint32_t i = 0; i < bench->count; i++)
        json_array_append_new(measurements, measurement_json(&bench->measurements[i]));
    json_t *json =
        json_pack("{s:o, s:o, s:{s:b, s:I, s:I}}", "machine", machine_json(machine), "measurements",
                  measurements, "audit", "ok", (int)bench->audit.ok, "payments",
                  (json_int_t)bench->audit.payments, "sum_tiyn", (json_int_t)bench->audit.sum_tiyn);
    bool ok = json != NULL &&
              json_dump_file(json, temporary, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) == 0 &&
              rename(temporary, bench->options.output) == 0;
    if (!ok)
        bench_tell("%s: %s", bench->options.output, strerror(errno));
    json_decref(json);
    return ok;
}
