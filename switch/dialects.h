/* dialects.h - the dialects in which networks may call: the profiles that come with the node, and
 * those of the operator's folder. Made before other threads start; read-only after: any thread. */
#ifndef SWITCH_DIALECTS_H
#define SWITCH_DIALECTS_H

#include "protocols/adapter.h"

#define DIALECTS_MAX 64 /* each is looked for by its name, one after the other */

/* Reads all into settings->dialects; folder "": none. A file NAME.ini is the dialect NAME. 0, or -1
 * with why[why_size], which names file and line; then nothing is to be closed. */
int dialects_open(struct adapter_settings *settings, const char *folder, char *why,
                  size_t why_size);
void dialects_close(struct adapter_settings *settings);

#endif
