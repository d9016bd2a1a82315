/* folder.h - temporary folders for tests, under $TMPDIR or /tmp.
 * Every function aborts the test when the file system refuses. */
#ifndef TESTS_LIB_FOLDER_H
#define TESTS_LIB_FOLDER_H

#include <stddef.h>

#define FOLDER_PATH_MAX 512

/* Makes an empty folder; its path goes to `path`, FOLDER_PATH_MAX bytes. */
void folder_make(char *path);
/* The same in memory (/dev/shm) where that can be had: for histories that are long, and do not ask
 * what a disk does. */
void folder_make_fast(char *path);

/* Removes a folder and all below it. A missing one is fine. */
void folder_remove(const char *path);

/* Copies a folder's files and sub-folders into `to`, which is made when it is missing. Holes stay
 * holes: LMDB and journal files are mostly empty. */
void folder_copy(const char *from, const char *to);

/* Joins folder and name into `path`, FOLDER_PATH_MAX bytes. */
void folder_join(char *path, const char *folder, const char *name);

#endif
