/* config_rig.h - what the tests of the config share: a folder of files, among them the config. One
 * thread. */
#ifndef TESTS_CONFIG_RIG_H
#define TESTS_CONFIG_RIG_H

#include <sys/types.h>

extern char rig_folder[];
extern char rig_path[64]; /* of the config in it, "tiyn.ini" */

/* Makes the folder, and removes it with all that is in it. */
void rig_open_folder(void);
void rig_remove_folder(void);
/* Writes a file of the folder. */
void rig_write(const char *name, const char *text, mode_t mode);

#endif
