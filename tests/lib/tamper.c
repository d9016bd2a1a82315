#include "tests/lib/tamper.h"
#include "tests/lib/folder.h"
#include "tests/lib/require.h"

#include <fcntl.h>
#include <lmdb.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum { SECTOR = 512, SECTOR_DATA = 504 };

struct tamper {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_cursor *cursor;
};

/* False: there is no such database. */
static bool tamper_begin(struct tamper *tamper, const char *data, const char *database) {
    char path[FOLDER_PATH_MAX];
    folder_join(path, data, "state.mdb");
    REQUIRE(mdb_env_create(&tamper->env) == 0);
    REQUIRE(mdb_env_set_maxdbs(tamper->env, 128) == 0);
    REQUIRE(mdb_env_set_mapsize(tamper->env, (size_t)256 << 20) == 0);
    REQUIRE(mdb_env_open(tamper->env, path, MDB_NOSUBDIR, 0600) == 0);
    REQUIRE(mdb_txn_begin(tamper->env, NULL, 0, &tamper->txn) == 0);
    if (mdb_dbi_open(tamper->txn, database, 0, &tamper->dbi) != 0)
        return false;
    REQUIRE(mdb_cursor_open(tamper->txn, tamper->dbi, &tamper->cursor) == 0);
    return true;
}

static void tamper_end(struct tamper *tamper) {
    REQUIRE(mdb_txn_commit(tamper->txn) == 0);
    mdb_env_close(tamper->env);
}

static void tamper_find(struct tamper *tamper, unsigned record, MDB_val *key, MDB_val *value) {
    REQUIRE(mdb_cursor_get(tamper->cursor, key, value, MDB_FIRST) == 0);
    for (unsigned i = 0; i < record; i++)
        REQUIRE(mdb_cursor_get(tamper->cursor, key, value, MDB_NEXT) == 0);
}

unsigned tamper_count(const char *data, const char *database) {
    struct tamper tamper;
    MDB_stat stat = {0};
    if (tamper_begin(&tamper, data, database))
        REQUIRE(mdb_stat(tamper.txn, tamper.dbi, &stat) == 0);
    tamper_end(&tamper);
    return (unsigned)stat.ms_entries;
}

size_t tamper_read(const char *data, const char *database, unsigned record, void *value,
                   size_t size) {
    struct tamper tamper;
    MDB_val key, found;
    REQUIRE(tamper_begin(&tamper, data, database));
    tamper_find(&tamper, record, &key, &found);
    REQUIRE(found.mv_size <= size);
    memcpy(value, found.mv_data, found.mv_size);
    size = found.mv_size;
    tamper_end(&tamper);
    return size;
}

void tamper_xor(const char *data, const char *database, unsigned record, size_t offset,
                uint8_t mask) {
    static uint8_t copy[65536];
    struct tamper tamper;
    MDB_val key, value;
    REQUIRE(tamper_begin(&tamper, data, database));
    tamper_find(&tamper, record, &key, &value);
    REQUIRE(value.mv_size <= sizeof copy && offset < value.mv_size);
    memcpy(copy, value.mv_data, value.mv_size);
    copy[offset] ^= mask;
    value.mv_data = copy;
    REQUIRE(mdb_cursor_put(tamper.cursor, &key, &value, MDB_CURRENT) == 0);
    tamper_end(&tamper);
}

void tamper_delete(const char *data, const char *database, unsigned record) {
    struct tamper tamper;
    MDB_val key, value;
    REQUIRE(tamper_begin(&tamper, data, database));
    tamper_find(&tamper, record, &key, &value);
    REQUIRE(mdb_cursor_del(tamper.cursor, 0) == 0);
    tamper_end(&tamper);
}

void tamper_sector(const char *file, uint32_t segment, uint32_t sector, size_t offset,
                   uint8_t mask) {
    uint8_t bytes[SECTOR];
    int descriptor = open(file, O_RDWR);
    off_t at = (off_t)sector * SECTOR;
    REQUIRE(descriptor >= 0 && offset < SECTOR_DATA);
    REQUIRE(pread(descriptor, bytes, SECTOR, at) == SECTOR);
    uint64_t place = ((uint64_t)segment << 32) + sector, check, stored;
    memcpy(&stored, bytes + SECTOR_DATA, sizeof stored);
    check = XXH3_64bits_withSeed(bytes, SECTOR_DATA, place) | 1;
    if (check != stored) { /* a record begins here */
        place |= (uint64_t)1 << 63;
        check = XXH3_64bits_withSeed(bytes, SECTOR_DATA, place) | 1;
    }
    REQUIRE(check == stored); /* the format is the documented one */
    bytes[offset] ^= mask;
    check = XXH3_64bits_withSeed(bytes, SECTOR_DATA, place) | 1;
    memcpy(bytes + SECTOR_DATA, &check, sizeof check);
    REQUIRE(pwrite(descriptor, bytes, SECTOR, at) == SECTOR);
    REQUIRE(close(descriptor) == 0);
}
