/* store_sync.h - syncing the store's file piece by piece, so that the journal's writes get between.
 *
 * LMDB ends a checkpoint by writing some hundred megabytes into the page cache and calling
 * fdatasync, which hands all of it to the disk at once; a journal write that comes then waits 50 to
 * 250 ms behind it. LMDB offers no place to do better, so this file defines fdatasync itself (the
 * program's definition goes before the C library's, for shared libraries too): for the files named
 * here it writes 1 MiB at a time and waits for each before it syncs as ever. Measured at 200 k
 * payments/s: the longest journal write 9 ms instead of 97, the checkpoint as fast as before. */
#ifndef LEDGER_STORE_SYNC_H
#define LEDGER_STORE_SYNC_H

/* Any thread. fd: LMDB's. A file that finds no place among them is synced as ever. */
void store_sync_add(int fd);
void store_sync_remove(int fd);

#endif
