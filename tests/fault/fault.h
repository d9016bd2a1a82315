/* fault.h - the parts of the fault program. Each returns how many of its cases failed, having
 * printed which. */
#ifndef TESTS_FAULT_FAULT_H
#define TESTS_FAULT_FAULT_H

unsigned fault_calls(void);  /* calls.c: the n-th file system call fails, n = 1.. */
unsigned fault_damage(void); /* damage.c: a byte of the journal is another one    */
unsigned fault_torn(void);   /* torn.c: sectors of the last record never came     */

#endif
