/* command_ctl_table.c - tables of `tiyn ctl`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "switch/assert.h"
#include "switch/command.h"
#include "switch/ctl.h"

void *ctl_grown(void *memory, size_t size) {
    void *larger = realloc(memory, size);
    if (larger == NULL) {
        fputs("tiyn ctl: out of memory\n", stderr);
        exit(COMMAND_FAILED);
    }
    return larger;
}

void ctl_table_start(struct ctl_table *table, const char *const *heads, uint32_t columns) {
    ASSERT(columns <= CTL_COLUMNS_MAX);
    *table = (struct ctl_table){.heads = heads, .columns = columns};
}

void ctl_table_add(struct ctl_table *table, const char *text) {
    if (table->cells == table->size) {
        table->size = table->size == 0 ? 64 : table->size * 2;
        table->cell = ctl_grown(table->cell, table->size * sizeof(char *));
    }
    size_t size = strlen(text) + 1;
    table->cell[table->cells++] = memcpy(ctl_grown(NULL, size), text, size);
}

/* Characters of UTF-8 text: as wide as they are on a terminal, for the letters of names. */
static int width_of(const char *text, size_t size) {
    int width = 0;
    for (size_t i = 0; i < size; i++) {
        width += ((unsigned char)text[i] & 0xc0u) != 0x80u;
    }
    return width;
}

/* One cell of a row, padded to its column's width. size: of the text, bytes. */
static void print_cell(const char *text, size_t size, int column, bool right, bool last) {
    int width = column - width_of(text, size);
    printf("%*s%.*s%*s%s", right ? width : 0, "", (int)size, text, right || last ? 0 : width, "",
           last ? "\n" : "  ");
}

void ctl_table_print(struct ctl_table *table) {
    int width[CTL_COLUMNS_MAX];
    size_t head_size[CTL_COLUMNS_MAX];
    bool right[CTL_COLUMNS_MAX];
    ASSERT(table->cells % table->columns == 0);
    for (uint32_t i = 0; i < table->columns; i++) {
        size_t size = strlen(table->heads[i]);
        right[i] = table->heads[i][size - 1] == '>';
        head_size[i] = size - (right[i] ? 1 : 0);
        width[i] = width_of(table->heads[i], head_size[i]);
    }
    for (uint32_t i = 0; i < table->cells; i++) {
        int size = width_of(table->cell[i], strlen(table->cell[i]));
        int *column = &width[i % table->columns];
        *column = size > *column ? size : *column;
    }
    for (uint32_t i = 0; i < table->columns; i++) {
        print_cell(table->heads[i], head_size[i], width[i], right[i], i + 1 == table->columns);
    }
    for (uint32_t i = 0; i < table->cells; i++) {
        uint32_t column = i % table->columns;
        print_cell(table->cell[i], strlen(table->cell[i]), width[column], right[column],
                   column + 1 == table->columns);
        free(table->cell[i]);
    }
    free(table->cell);
}
