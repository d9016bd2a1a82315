/* operator_acts.h - the trail of acts, as the last checkpoint has it. Worker thread. */
#ifndef SWITCH_OPERATOR_ACTS_H
#define SWITCH_OPERATOR_ACTS_H

#include "switch/operator_list.h"

/* Appends {as_of_sequence, next, acts: [{number, time_ns, name, from, reason, what, about, changes:
 * [[field, before, after], ...]}, ...]}: those above `after`. what: "registry_put"; about: the
 * registry's key, or the id of an account or payment. changes: the fields that differ, as text,
 * "" where there was none; of secret ones only that they did. */
operator_list operator_list_acts;

#endif
