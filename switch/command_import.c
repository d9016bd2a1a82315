/* command_import.c - `tiyn ctl import FILE.csv`: clients in bulk, streamed from a file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "switch/command.h"
#include "switch/csv.h"
#include "switch/import.h"
#include "switch/progress.h"

#define ERRORS_SHOWN 20u

struct job {
    struct import import;
    struct csv csv;
    const char *name; /* of the file */
    int fd;
    uint64_t size;      /* of the file; 0: not known */
    FILE *errors;       /* where all of them go, or NULL */
    bool errors_failed; /* it cannot be written */
    struct progress progress;
    uint64_t rows, added, changed, same, wrong;
};

static int64_t read_file(void *context, void *bytes, size_t size) {
    const struct job *job = context;
    ssize_t count;
    do {
        count = read(job->fd, bytes, size);
    } while (count < 0 && errno == EINTR);
    return count;
}

/* ---- What is told ------------------------------------------------------------------------- */

/* why: "column: what is wrong", in UTF-8 of our own or of checked fields. */
static void tell_wrong(struct job *job, uint64_t line, const char *why) {
    job->wrong++;
    if (job->errors != NULL &&
        fprintf(job->errors, "%s:%" PRIu64 ": %s\n", job->name, line, why) < 0) {
        job->errors_failed = true;
    }
    if (job->wrong <= ERRORS_SHOWN) {
        progress_end(&job->progress);
        fprintf(stderr, "%s:%" PRIu64 ": %s\n", job->name, line, why);
    }
    if (job->wrong == ERRORS_SHOWN + 1) {
        progress_end(&job->progress);
        fprintf(stderr, "more wrong lines are counted%s\n",
                job->errors == NULL ? "; --errors FILE keeps all of them" : "");
    }
}

static void tell_summary(const struct job *job) {
    if (job->import.ctl->json) {
        printf("{\"lines\":%" PRIu64 ",\"added\":%" PRIu64 ",\"changed\":%" PRIu64
               ",\"same\":%" PRIu64 ",\"wrong\":%" PRIu64 "}\n",
               job->rows, job->added, job->changed, job->same, job->wrong);
        return;
    }
    printf("%s: %" PRIu64 " clients: %" PRIu64 " added, %" PRIu64 " changed, %" PRIu64
           " were so already, %" PRIu64 " wrong\n",
           job->name, job->rows, job->added, job->changed, job->same, job->wrong);
}

/* ---- The first line ----------------------------------------------------------------------- */

static bool may_be_column(const struct registry_field *field) {
    return !field->secret;
}

static int no_column(const struct job *job, struct slice name, const char *what) {
    char names[CTL_TEXT] = "", column[CTL_TEXT];
    size_t used = 0;
    const struct registry_schema *schema = &registry_schemas[REGISTRY_CLIENT];
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (may_be_column(&schema->fields[i])) {
            used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
                                     used == 0 ? "" : ",", schema->fields[i].name);
        }
    }
    const msgpack_object object = {.type = MSGPACK_OBJECT_STR,
                                   .via.str = {(uint32_t)name.size, name.base}};
    ctl_text(&object, column); /* what a file says must not move a terminal's cursor */
    return command_usage("ctl",
                         "%s:%" PRIu64 ": \"%.60s\" %s; the columns are named by the first line, "
                         "of: %s",
                         job->name, job->csv.line, column, what, names);
}

static int take_column(struct job *job, struct slice name) {
    struct import *import = &job->import;
    const struct registry_field *field = registry_field_of(REGISTRY_CLIENT, name);
    if (field == NULL || !may_be_column(field)) {
        return no_column(job, name, "is no column");
    }
    for (uint32_t i = 0; i < import->column_count; i++) {
        if (import->columns[i] == field) {
            return no_column(job, name, "is there twice");
        }
    }
    import->columns[import->column_count++] = field;
    return COMMAND_OK;
}

static int read_head(struct job *job) {
    enum csv_status status = csv_next(&job->csv);
    int code = COMMAND_OK;
    bool login = false;
    if (status == CSV_FAILED) {
        fprintf(stderr, "tiyn ctl: cannot read %s: %s\n", job->name, strerror(errno));
        return COMMAND_FAILED;
    }
    if (status != CSV_RECORD) {
        return command_usage("ctl", "%s: the first line must name the columns, such as login",
                             job->name);
    }
    for (uint32_t i = 0; code == COMMAND_OK && i < job->csv.count; i++) {
        code = take_column(job, job->csv.fields[i]);
        login = login || slice_equal(job->csv.fields[i], SLICE("login"));
    }
    return code == COMMAND_OK && !login ? no_column(job, SLICE("login"), "is missing") : code;
}

/* ---- Lines -------------------------------------------------------------------------------- */

/* Sets one field; an empty one is none. False: *why. */
static bool set_field(struct registry_client *client, const struct registry_field *field,
                      struct slice text, const char **why) {
    bool empty = text.size == 0 && !field->required;
    bool account = text.size == 0 && field->type == REGISTRY_ACCOUNT; /* the default: the login */
    return account || (empty && field->type == REGISTRY_BOOL) ||
           registry_set(REGISTRY_CLIENT, client, field, text, why);
}

/* A row of the record that was read. */
static void take_line(struct job *job) {
    struct import *import = &job->import;
    struct import_row *row = &import->rows[import->row_count];
    char text[CTL_TEXT];
    const char *why = NULL;
    job->rows++;
    if (job->csv.count != import->column_count) {
        snprintf(text, sizeof(text), "expected %u fields, not %u", import->column_count,
                 job->csv.count);
        tell_wrong(job, job->csv.line, text);
        return;
    }
    row->line = job->csv.line;
    row->step = IMPORT_READ;
    row->tries = 0;
    memset(&row->client, 0, sizeof(row->client));
    for (uint32_t i = 0; i < import->column_count; i++) {
        const struct registry_field *field = import->columns[i];
        if (!set_field(&row->client, field, job->csv.fields[i], &why)) {
            snprintf(text, sizeof(text), "%s: expected %s", field->name, why);
            tell_wrong(job, row->line, text);
            return;
        }
    }
    import->row_count++;
}

static int send_rows(struct job *job) {
    struct import *import = &job->import;
    int code = import_send(import);
    for (uint32_t i = 0; code == COMMAND_OK && i < import->row_count; i++) {
        const struct import_row *row = &import->rows[i];
        job->added += row->step == IMPORT_ADDED;
        job->changed += row->step == IMPORT_CHANGED;
        job->same += row->step == IMPORT_SAME;
        if (row->step == IMPORT_WRONG) {
            tell_wrong(job, row->line, row->why);
        }
    }
    import->row_count = 0;
    if (job->size > 0) {
        progress_update(&job->progress, job->csv.offset, job->size);
    } else {
        progress_count(&job->progress, job->rows);
    }
    return code;
}

static int read_lines(struct job *job) {
    int code = COMMAND_OK;
    enum csv_status status = CSV_RECORD;
    while (code == COMMAND_OK && status != CSV_END) {
        status = csv_next(&job->csv);
        if (status == CSV_FAILED) {
            progress_end(&job->progress);
            fprintf(stderr, "tiyn ctl: cannot read %s: %s\n", job->name, strerror(errno));
            return COMMAND_FAILED;
        }
        if (status == CSV_RECORD) {
            take_line(job);
        } else if (status == CSV_WRONG) {
            job->rows++;
            tell_wrong(job, job->csv.line, job->csv.why);
        }
        if (job->import.row_count == RPC_CLIENT_BATCH_MAX || status == CSV_END) {
            code = send_rows(job);
        }
    }
    return code;
}

/* ---- All ---------------------------------------------------------------------------------- */

static int open_files(struct ctl *ctl, struct job *job) {
    const char *errors = ctl->options[CTL_ERRORS];
    struct stat status;
    bool standard = strcmp(job->name, "-") == 0;
    job->fd = standard ? STDIN_FILENO : open(job->name, O_RDONLY | O_CLOEXEC);
    if (job->fd < 0) {
        fprintf(stderr, "tiyn ctl: cannot read %s: %s\n", job->name, strerror(errno));
        return COMMAND_FAILED;
    }
    if (fstat(job->fd, &status) == 0 && S_ISREG(status.st_mode)) {
        job->size = (uint64_t)status.st_size;
    }
    job->errors = errors == NULL ? NULL : fopen(errors, "we");
    if (errors != NULL && job->errors == NULL) {
        fprintf(stderr, "tiyn ctl: cannot write %s: %s\n", errors, strerror(errno));
        return COMMAND_FAILED;
    }
    return COMMAND_OK;
}

static int close_files(struct job *job, int code) {
    if (job->fd > STDIN_FILENO) {
        close(job->fd);
    }
    if (job->errors != NULL && (fclose(job->errors) != 0 || job->errors_failed)) {
        fputs("tiyn ctl: the file of errors could not be written as a whole\n", stderr);
        return COMMAND_FAILED;
    }
    return code;
}

int ctl_import(struct ctl *ctl) {
    static struct job job; /* a megabyte */
    job.name = ctl->arguments[0];
    job.import.ctl = ctl;
    job.import.update = ctl->flag;
    int code = open_files(ctl, &job);
    csv_start(&job.csv, read_file, &job);
    progress_start(&job.progress, "importing");
    code = code == COMMAND_OK ? read_head(&job) : code;
    bool begun = code == COMMAND_OK;
    code = begun ? read_lines(&job) : code;
    progress_end(&job.progress);
    if (begun) {
        tell_summary(&job);
    }
    if (job.import.why[0] != '\0') {
        fprintf(stderr, "tiyn ctl: %s\n", job.import.why);
    }
    if (begun && code != COMMAND_OK) {
        fputs("tiyn ctl: the import was broken off; give the command again, and it goes on\n",
              stderr);
    }
    code = code == COMMAND_OK && job.wrong > 0 ? COMMAND_REFUSED : code;
    return close_files(&job, code);
}
