/* command_ctl_record_print.c - `tiyn ctl ... show` and `list`: records for people, and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/rpc/pack.h"
#include "switch/assert.h"
#include "switch/command.h"
#include "switch/ctl.h"

#define VALUE_BYTES ((size_t)8192) /* the longest value is a key's bytes in hexadecimal */

static bool shown(const struct registry_field *field) {
    return !field->secret && field->type != REGISTRY_BYTES;
}

/* The key of limits is the name of a class. */
static const char *name_of(const struct registry_schema *schema,
                           const struct registry_field *field) {
    bool class_ = schema == &registry_schemas[REGISTRY_LIMITS] && field->in_key;
    return class_ ? "class" : field->name;
}

/* The field's text, for the caller to free. */
static struct buffer text_of(const struct ctl_record *record, const struct registry_field *field) {
    struct buffer text;
    buffer_init(&text, VALUE_BYTES);
    if (record->kind == REGISTRY_LIMITS && field->in_key) {
        buffer_text(&text, record->record.limits.identified ? "identified" : "unidentified");
    } else if (record->kind == REGISTRY_TARIFF && field->type == REGISTRY_LOGIN) {
        registry_print(&record->record, field, &text);
        if (text.used == 1 && text.base[0] == '0') {
            text.used = 0;
            buffer_text(&text, "any");
        }
    } else {
        registry_print(&record->record, field, &text);
    }
    buffer_append(&text, "", 1);
    if (text.failed) {
        text.used = 0;
    }
    return text;
}

/* Fields below one another. */
static void print_fields(const struct ctl_record *record) {
    const struct registry_schema *schema = &registry_schemas[record->kind];
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (shown(&schema->fields[i])) {
            struct buffer text = text_of(record, &schema->fields[i]);
            printf("%-16s %s\n", name_of(schema, &schema->fields[i]),
                   text.used > 1 ? text.base : "-");
            buffer_free(&text);
        }
    }
}

/* ---- JSON --------------------------------------------------------------------------------- */

/* Text that passed the registry's checks: UTF-8 without control characters. */
static void json_string(const char *text) {
    putchar('"');
    for (; *text != '\0'; text++) {
        printf(*text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    }
    putchar('"');
}

static void json_accounts(const void *at, uint32_t size) {
    uint32_t count = 0;
    uint64_t account = 0;
    memcpy(&count, (const char *)at + size, sizeof(count));
    ASSERT(count <= size / sizeof(account));
    putchar('[');
    for (uint32_t i = 0; i < count; i++) {
        memcpy(&account, (const char *)at + i * sizeof(account), sizeof(account));
        printf("%s%" PRIu64, i == 0 ? "" : ",", account);
    }
    putchar(']');
}

static void json_value(const struct ctl_record *record, const struct registry_field *field) {
    const void *at = (const char *)&record->record + field->offset;
    uint64_t number = 0;
    uint32_t word = 0;
    bool is_limit = record->kind == REGISTRY_LIMITS && field->in_key;
    struct buffer text;
    if (field->type == REGISTRY_LOGIN || field->type == REGISTRY_ACCOUNT ||
        field->type == REGISTRY_CODE || field->type == REGISTRY_AMOUNT) {
        memcpy(&number, at, sizeof(number));
        if (field->type == REGISTRY_AMOUNT && number == LEDGER_NO_CEILING) {
            fputs("null", stdout);
        } else {
            printf("%" PRIu64, number);
        }
    } else if (field->type == REGISTRY_NUMBER) {
        memcpy(&word, at, sizeof(word));
        printf("%" PRIu32, word);
    } else if (field->type == REGISTRY_BOOL && !is_limit) {
        fputs(*(const bool *)at ? "true" : "false", stdout);
    } else if (field->type == REGISTRY_ACCOUNTS) {
        json_accounts(at, field->size);
    } else {
        text = text_of(record, field);
        json_string(text.used > 0 ? text.base : "");
        buffer_free(&text);
    }
}

/* Without a line's end. */
static void print_json(const struct ctl_record *record) {
    const struct registry_schema *schema = &registry_schemas[record->kind];
    const char *between = "{";
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct registry_field *field = &schema->fields[i];
        if (shown(field)) {
            printf("%s\"%s\":", between, name_of(schema, field));
            json_value(record, field);
            between = ",";
        }
    }
    putchar('}');
}

/* ---- Commands ----------------------------------------------------------------------------- */

int ctl_record_show(struct ctl *ctl) {
    struct ctl_record record;
    int code = ctl_record_start(ctl, &record);
    code = code == COMMAND_OK ? ctl_record_read(ctl, &record) : code;
    if (code != COMMAND_OK) {
        return code;
    }
    if (record.version == LEDGER_VERSION_NEW && record.kind == REGISTRY_LIMITS) {
        registry_limits_default(record.record.limits.identified, &record.record.limits);
    } else if (record.version == LEDGER_VERSION_NEW) {
        return ctl_refused(ctl, LEDGER_RECORD_NOT_FOUND, NULL);
    }
    if (ctl->json) {
        print_json(&record);
        putchar('\n');
    } else {
        print_fields(&record);
    }
    return COMMAND_OK;
}

/* Heads of the columns: names in capitals, right-aligned when they are numbers. */
static uint32_t make_heads(const struct registry_schema *schema, char text[][CTL_FLAG_TEXT],
                           const char **heads) {
    uint32_t columns = 0;
    for (uint32_t i = 0; i < schema->field_count; i++) {
        const struct registry_field *field = &schema->fields[i];
        if (!shown(field)) {
            continue;
        }
        ASSERT(columns < CTL_COLUMNS_MAX);
        snprintf(text[columns], CTL_FLAG_TEXT, "%s%s", name_of(schema, field),
                 field->type <= REGISTRY_NUMBER || field->type == REGISTRY_CODE ? ">" : "");
        for (char *at = text[columns]; *at != '\0'; at++) {
            *at = *at == '_' ? ' ' : *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
        }
        heads[columns] = text[columns];
        columns++;
    }
    return columns;
}

static void print_table(enum registry_kind kind, const struct ctl_page *page) {
    const struct registry_schema *schema = &registry_schemas[kind];
    char text[CTL_COLUMNS_MAX][CTL_FLAG_TEXT];
    const char *heads[CTL_COLUMNS_MAX];
    struct ctl_table table;
    ctl_table_start(&table, heads, make_heads(schema, text, heads));
    for (uint32_t i = 0; i < page->count; i++) {
        for (uint32_t j = 0; j < schema->field_count; j++) {
            if (shown(&schema->fields[j])) {
                struct buffer value = text_of(&page->rows[i], &schema->fields[j]);
                ctl_table_add(&table, value.used > 1 ? value.base : "-");
                buffer_free(&value);
            }
        }
    }
    ctl_table_print(&table);
}

/* Behind the kind's word, as --after takes it. */
static const char *next_of(enum registry_kind kind, const struct ctl_page *page) {
    return page->next[0] == '\0' ? "" : page->next + strlen(registry_schemas[kind].name) + 1;
}

static void print_page(const struct ctl *ctl, enum registry_kind kind,
                       const struct ctl_page *page) {
    if (ctl->json) {
        printf("{\"as_of_sequence\":%" PRIu64 ",\"next\":", page->as_of_sequence);
        json_string(next_of(kind, page));
        fputs(",\"records\":[", stdout);
        for (uint32_t i = 0; i < page->count; i++) {
            fputs(i == 0 ? "" : ",", stdout);
            print_json(&page->rows[i]);
        }
        puts("]}");
        return;
    }
    print_table(kind, page);
    printf("%u records, as of batch %" PRIu64, page->count, page->as_of_sequence);
    if (page->next[0] != '\0') {
        printf("; more: --after %s", next_of(kind, page));
    }
    putchar('\n');
}

int ctl_record_list(struct ctl *ctl) {
    enum registry_kind kind = ctl->command->kind;
    const char *word = registry_schemas[kind].name, *given = ctl->options[CTL_AFTER];
    char prefix[CTL_FLAG_TEXT], after[LEDGER_KEY_MAX + 1] = "";
    struct ctl_page page;
    uint64_t limit = 100;
    if (ctl->options[CTL_LIMIT] != NULL &&
        !ctl_number("--limit", ctl->options[CTL_LIMIT], &limit)) {
        return COMMAND_USAGE;
    }
    snprintf(prefix, sizeof(prefix), "%s/", word);
    if (given != NULL && snprintf(after, sizeof(after), "%s/%s", word, given) > LEDGER_KEY_MAX) {
        return command_usage("ctl", "--after is longer than any key");
    }
    int code = ctl_record_page(ctl, kind, prefix, after, limit, &page);
    if (code == COMMAND_OK) {
        print_page(ctl, kind, &page);
        free(page.rows);
    }
    return code;
}
