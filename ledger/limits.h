/* limits.h - every bound of the ledger core, with its reason. Sizes in bytes. */
#ifndef LEDGER_LIMITS_H
#define LEDGER_LIMITS_H

/* Defaults of struct ledger_options. */
#define TABLE_BYTES_DEFAULT                                                                        \
    ((uint64_t)512 << 20)                    /* 64 MB halves the speed, 1 GB pauses for seconds */
#define TABLE_BYTES_MIN ((uint64_t)1 << 20)  /* tests want tables that fill in moments */
#define TABLE_BYTES_MAX ((uint64_t)16 << 30) /* offsets are 32 bits of 8 bytes */
#define ACCOUNT_SLOTS_DEFAULT ((uint64_t)2 << 20)  /* 1 M wallets twice over */
#define ACCOUNT_SLOTS_MIN 1024u                    /* a chunk may touch a quarter of them */
#define ACCOUNT_SLOTS_MAX ((uint64_t)1 << 30)      /* slot numbers are 32 bits */
#define FILTER_BYTES_DEFAULT ((uint64_t)128 << 20) /* 10 bits a reference for 100 M */
#define FILTER_BYTES_MIN ((uint64_t)4096)
#define FILTER_BYTES_MAX ((uint64_t)64 << 30)
#define MAP_BYTES_DEFAULT                                                                          \
    ((uint64_t)64 << 30) /* address space only; the file grows as it is used */
#define MAP_BYTES_MIN ((uint64_t)1 << 20)
#define MAP_BYTES_MAX ((uint64_t)64 << 40)
#define SEGMENT_BYTES_DEFAULT ((uint64_t)64 << 20) /* 600,000 payments; zero-filled in 0.1 s */
#define SEGMENT_BYTES_MIN ((uint64_t)256 << 10)
#define SEGMENT_BYTES_MAX ((uint64_t)1 << 30)
#define OPEN_PAYMENTS_DEFAULT (1u << 20)
#define OPEN_PAYMENTS_MAX (1u << 26)
#define CHECKPOINT_NS_MAX ((uint64_t)10000000000) /* a longer one means that the clock was set */
#define JOURNAL_KEEP_MAX 60000u                   /* leaves SEGMENTS_MAX room for those in use */
#define CHECKPOINT_NS_DEFAULT ((uint64_t)1000000000)
#define CLOCK_BACK_NS_DEFAULT ((uint64_t)3600 * 1000000000)

/* Journal. */
#define SECTOR_BYTES 512u                     /* what a disk writes whole or not at all */
#define SECTOR_DATA 504u                      /* of it; the rest is its check */
#define BLOCK_BYTES 4096u                     /* alignment of O_DIRECT writes */
#define PAYLOAD_BYTES_MAX ((uint32_t)4 << 20) /* a record: 4 MiB is 3 ms of disk */
#define SEGMENTS_AHEAD 2u   /* one in use may end while a commit keeps the other thread busy */
#define SEGMENTS_MAX 65536u /* files in the folder: 4 TiB at the default size */

/* References. */
#define RUNS_MAX 64u /* 8 levels of 7 whole runs and a merge each: more than 8^8 checkpoints */
#define RUN_FANIN 8u /* runs merged into one of the next level */
#define RUN_STEP_KEYS 65536u /* keys a merge moves in one transaction: 20 ms */

/* Payments that wait, for funds or for a peer to hear of them, have no end of their own. */
#define WAITING_SHARE 16u    /* of the places for open payments: what one requester's may take */
#define WAITING_SLOTS 65536u /* counts of them, by a hash: 256 KiB, few requesters share one */

/* A batch. */
#define LOOKUP_BODIES_BYTES ((size_t)4 << 20) /* bodies of the lookups of one commit */
#define PREFETCH_FAR 12u /* commands ahead whose hash buckets are fetched; measured */
#define PREFETCH_NEAR 6u /* commands ahead whose accounts are fetched; measured */
#define EXPIRE_MAX 8190u /* declined by one command */

/* Tables: sealed when this full while the checkpoint thread is free. */
#define SEAL_PERMILLE 400u

#define FAULTS_TOLD_MAX 100u /* lines of an audit; the rest are counted */

#endif
