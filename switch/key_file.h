/* key_file.h - RSA keys as PEM files: made, and read whole. One thread. */
#ifndef SWITCH_KEY_FILE_H
#define SWITCH_KEY_FILE_H

#include <stdint.h>

#include "protocols/common/buffer.h"

#define KEY_FILE_MAX 65536u    /* bytes of a file with a key or certificate: far above any */
#define KEY_FILE_PATH_MAX 1024 /* bytes of a path, with its NUL                          */
#define KEY_FILE_WHY 1280      /* bytes of the text of what went wrong, with its NUL     */

/* Where the public key of the private one in `path` goes: beside it, "node.key.pem" has
 * "node.key.pub.pem". False: the path is too long. */
bool key_file_public(const char *path, char out[KEY_FILE_PATH_MAX]);

/* Makes a new RSA key of `bits` in `path`, mode 0600, and its public key beside it. A file that is
 * there is never touched. 0; or -1 with why, and neither file was left behind. xml_start first. */
int key_file_make(const char *path, uint32_t bits, char why[KEY_FILE_WHY]);

/* Appends a file ("-": standard input) of at most KEY_FILE_MAX bytes. 0, or -1 with why. */
int key_file_read(const char *path, struct buffer *text, char why[KEY_FILE_WHY]);

#endif
