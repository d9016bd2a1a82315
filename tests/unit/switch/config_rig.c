/* config_rig.c - see config_rig.h. */
#include "config_rig.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

char rig_folder[] = "/tmp/tiyn-config-XXXXXX";
char rig_path[64];

void rig_open_folder(void) {
    cr_assert(sodium_init() >= 0);
    cr_assert_not_null(mkdtemp(rig_folder));
    snprintf(rig_path, sizeof(rig_path), "%s/tiyn.ini", rig_folder);
}

void rig_remove_folder(void) {
    char command[96];
    snprintf(command, sizeof(command), "rm -r %s", rig_folder);
    cr_assert_eq(system(command), 0);
}

void rig_write(const char *name, const char *text, mode_t mode) {
    char full[128];
    snprintf(full, sizeof(full), "%s/%s", rig_folder, name);
    FILE *file = fopen(full, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    cr_assert_eq(chmod(full, mode), 0);
}
