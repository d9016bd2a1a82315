/* command_ctl_parse.c - the arguments of `tiyn ctl`, and the help that the tables give. */
#include <stdio.h>
#include <string.h>

#include "switch/assert.h"
#include "switch/command.h"
#include "switch/ctl.h"

const char *const ctl_option_flags[CTL_OPTIONS] = {
#define X(name, flag, value) flag,
    CTL_OPTION_MAP(X)
#undef X
};
static const char *const option_values[CTL_OPTIONS] = {
#define X(name, flag, value) value,
    CTL_OPTION_MAP(X)
#undef X
};

const char *ctl_flag(const char *field_name, char out[CTL_FLAG_TEXT]) {
    snprintf(out, CTL_FLAG_TEXT, "--%s", field_name);
    for (char *at = out + 2; *at != '\0'; at++) {
        *at = *at == '_' ? '-' : *at;
    }
    return out;
}

/* ---- Words -------------------------------------------------------------------------------- */

static uint32_t word_count(const char *words) {
    uint32_t count = words[0] == '\0' ? 0 : 1;
    for (; *words != '\0'; words++) {
        count += *words == ' ';
    }
    return count;
}

/* True when words[0..count) are the first `count` of the command's. */
static bool matches(const char *command, int count, char **words) {
    for (int i = 0; i < count; i++) {
        size_t size = strcspn(command, " ");
        if (size == 0 || strlen(words[i]) != size || strncmp(command, words[i], size) != 0) {
            return false;
        }
        command += size + (command[size] == ' ');
    }
    return true;
}

static const struct ctl_command *find(int count, char **words) {
    for (uint32_t i = 0; i < ctl_command_count; i++) {
        int size = (int)word_count(ctl_commands[i].words);
        if (size <= count && matches(ctl_commands[i].words, size, words)) {
            return &ctl_commands[i];
        }
    }
    return NULL;
}

/* Says which commands go on from the words that are right. */
static int no_command(int count, char **words) {
    char text[512] = "";
    size_t used = 0;
    int known = 0;
    for (uint32_t i = 0; i < ctl_command_count; i++) {
        while (known < count && matches(ctl_commands[i].words, known + 1, words)) {
            known++;
        }
    }
    for (uint32_t i = 0; known > 0 && i < ctl_command_count; i++) {
        if (matches(ctl_commands[i].words, known, words) && used + 40 < sizeof(text)) {
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
                                     used == 0 ? "" : ", ", ctl_commands[i].words);
        }
    }
    if (known == 0) {
        return command_usage("ctl", "give a command, such as: accounts list");
    }
    return command_usage("ctl", "give one of: %s", text);
}

/* ---- Options ------------------------------------------------------------------------------ */

/* What an option's name is: one of enum ctl_option, a field, or a flag. */
struct option {
    enum ctl_option number; /* CTL_OPTIONS: none  */
    const struct registry_field *field;
    bool *flag;
};

static bool may_give(const struct registry_field *field) {
    return !field->in_key && !field->secret && field->type != REGISTRY_BYTES;
}

static struct option option_of(struct ctl *ctl, struct slice name) {
    struct option option = {CTL_OPTIONS, NULL, NULL};
    const struct ctl_command *command = ctl->command;
    uint32_t allowed = CTL_BIT(DATA) | CTL_BIT(SOCKET) | (command == NULL ? 0 : command->options);
    char underscored[CTL_FLAG_TEXT];
    if (slice_equal(name, SLICE("json"))) {
        option.flag = &ctl->json;
    } else if (slice_equal(name, SLICE("help"))) {
        option.flag = &ctl->help;
    } else if (command != NULL && command->flag != NULL &&
               slice_equal(name, slice_text(command->flag))) {
        option.flag = &ctl->flag;
    }
    for (int i = 0; i < CTL_OPTIONS; i++) {
        if ((allowed & (1u << i)) != 0 && slice_equal(name, slice_text(ctl_option_flags[i]))) {
            option.number = (enum ctl_option)i;
        }
    }
    if (command == NULL || !command->fields || name.size >= sizeof(underscored)) {
        return option;
    }
    for (size_t i = 0; i < name.size; i++) {
        underscored[i] = name.base[i] == '-' ? '_' : name.base[i];
    }
    option.field = registry_field_of(command->kind, (struct slice){underscored, name.size});
    option.field = option.field != NULL && may_give(option.field) ? option.field : NULL;
    return option;
}

static int take_field(struct ctl *ctl, const struct registry_field *field, const char *text) {
    char flag[CTL_FLAG_TEXT];
    for (uint32_t i = 0; i < ctl->given_count; i++) {
        if (ctl->given[i].field == field) {
            return command_usage("ctl", "%s is given twice", ctl_flag(field->name, flag));
        }
    }
    ASSERT(ctl->given_count < CTL_FIELDS_MAX);
    ctl->given[ctl->given_count++] = (struct ctl_given){field, text};
    return COMMAND_OK;
}

/* argv[*at] starts with "--"; its value may be the next one. */
static int take_option(struct ctl *ctl, int argc, char **argv, int *at) {
    const char *word = argv[*at] + 2, *value = strchr(word, '=');
    struct slice name = {word, value == NULL ? strlen(word) : (size_t)(value - word)};
    struct option option = option_of(ctl, name);
    const char *command = ctl->command == NULL ? "" : ctl->command->words;
    if (option.flag != NULL) {
        *option.flag = true;
        return value == NULL ? COMMAND_OK
                             : command_usage("ctl", "--%.*s takes no value", (int)name.size, word);
    }
    if (option.field == NULL && option.number == CTL_OPTIONS) {
        return command_usage("ctl", "%s%s--%.*s is not understood%s", command,
                             command[0] == '\0' ? "" : ": ", (int)name.size, word,
                             command[0] == '\0' ? "; a command's options stand behind it" : "");
    }
    value = value == NULL ? argv[++*at] : value + 1;
    if (*at >= argc) {
        return command_usage("ctl", "--%.*s needs a value", (int)name.size, word);
    }
    if (option.field != NULL) {
        return take_field(ctl, option.field, value);
    }
    ctl->options[option.number] = value;
    return COMMAND_OK;
}

/* ---- All ---------------------------------------------------------------------------------- */

static bool is_option(const char *word) {
    return strncmp(word, "--", 2) == 0;
}

/* The options before the command, then its words. *at: behind them. */
static int find_command(struct ctl *ctl, int argc, char **argv, int *at) {
    int code = COMMAND_OK, words = 0;
    while (code == COMMAND_OK && *at < argc && is_option(argv[*at])) {
        code = take_option(ctl, argc, argv, at);
        ++*at;
    }
    if (code != COMMAND_OK) {
        return code;
    }
    while (*at + words < argc && !is_option(argv[*at + words])) {
        words++;
    }
    ctl->command = find(words, argv + *at);
    for (int i = *at; ctl->command == NULL && i < argc; i++) {
        ctl->help = ctl->help || strcmp(argv[i], "--help") == 0;
    }
    if (ctl->command == NULL && !ctl->help) {
        return no_command(words, argv + *at);
    }
    if (ctl->command == NULL && words > 0) {
        ctl->arguments[0] = argv[*at]; /* of whose commands help is asked */
    }
    *at += ctl->command == NULL ? 0 : (int)word_count(ctl->command->words);
    return COMMAND_OK;
}

int ctl_parse(struct ctl *ctl, int argc, char **argv) {
    int at = 1;
    uint32_t count = 0;
    bool only_arguments = false;
    int code = find_command(ctl, argc, argv, &at);
    if (code != COMMAND_OK || ctl->command == NULL) {
        return code;
    }
    for (; at < argc; at++) {
        if (!only_arguments && strcmp(argv[at], "--") == 0) {
            only_arguments = true;
        } else if (!only_arguments && is_option(argv[at])) {
            code = take_option(ctl, argc, argv, &at);
            if (code != COMMAND_OK) {
                return code;
            }
        } else {
            if (count < CTL_ARGUMENTS_MAX) {
                ctl->arguments[count] = argv[at];
            }
            count++;
        }
    }
    uint32_t wanted = word_count(ctl->command->arguments);
    ASSERT(wanted <= CTL_ARGUMENTS_MAX);
    if (count != wanted && !ctl->help) {
        return command_usage("ctl", "%s takes %u argument%s%s%s, not %u", ctl->command->words,
                             wanted, wanted == 1 ? "" : "s", wanted == 0 ? "" : ": ",
                             ctl->command->arguments, count);
    }
    ctl->argument_count = wanted;
    return COMMAND_OK;
}

/* ---- Help --------------------------------------------------------------------------------- */

static void print_choices(const struct registry_field *field) {
    const char *between = field->type == REGISTRY_SET ? "," : "|";
    bool first = true;
    for (uint32_t i = 0; field->choices[i] != NULL; i++) {
        if (field->choices[i][0] != '\0') {
            printf("%s%s", first ? "" : between, field->choices[i]);
            first = false;
        }
    }
}

static void print_field(const struct registry_field *field) {
    static const char *const values[] = {[REGISTRY_LOGIN] = "LOGIN",
                                         [REGISTRY_ACCOUNT] = "ID",
                                         [REGISTRY_AMOUNT] = "AMOUNT",
                                         [REGISTRY_NUMBER] = "N",
                                         [REGISTRY_BOOL] = "yes|no",
                                         [REGISTRY_TEXT] = "TEXT",
                                         [REGISTRY_DIGITS] = "DIGITS",
                                         [REGISTRY_ADDRESSES] = "'ADDRESS NET/BITS ...'",
                                         [REGISTRY_ACCOUNTS] = "ID,ID...",
                                         [REGISTRY_TERMINAL_ID] = "ID",
                                         [REGISTRY_CODE] = "N",
                                         [REGISTRY_PATTERN] = "'REGULAR EXPRESSION'",
                                         [REGISTRY_WINDOWS] = "'HH:MM-HH:MM ...'"};
    char flag[CTL_FLAG_TEXT];
    printf("  %-20s ", ctl_flag(field->name, flag));
    if (field->choices != NULL) {
        print_choices(field);
    } else {
        fputs(values[field->type], stdout);
    }
    bool account = field->type == REGISTRY_ACCOUNT || field->type == REGISTRY_ACCOUNTS;
    puts(!field->required ? "" : account ? "   (default: the login)" : "   (needed)");
}

static void print_command(const struct ctl_command *command) {
    printf("  tiyn ctl %s%s%s", command->words, command->arguments[0] == '\0' ? "" : " ",
           command->arguments);
    for (int i = 0; i < CTL_OPTIONS; i++) {
        if ((command->options & (1u << i)) != 0) {
            printf(" [--%s %s]", ctl_option_flags[i], option_values[i]);
        }
    }
    if (command->flag != NULL) {
        printf(" [--%s]", command->flag);
    }
    puts(command->fields ? " [FIELDS]" : "");
}

void ctl_help_group(const char *words) {
    size_t size = strlen(words);
    const struct registry_schema *schema = NULL;
    for (uint32_t i = 0; i < ctl_command_count; i++) {
        const struct ctl_command *command = &ctl_commands[i];
        bool inside = strncmp(command->words, words, size) == 0 &&
                      (command->words[size] == ' ' || command->words[size] == '\0');
        if (inside) {
            print_command(command);
            schema = command->fields ? &registry_schemas[command->kind] : schema;
        }
    }
    if (schema == NULL) {
        return;
    }
    printf("\nFIELDS of a %s:\n", schema->name);
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (may_give(&schema->fields[i])) {
            print_field(&schema->fields[i]);
        }
    }
}
