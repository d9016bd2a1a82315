/* calendar.c - the ledger's calendar days. */
#include "ledger/core.h"

uint32_t calendar_day(uint64_t time_ns) {
    /* Days since 0000-03-01, so that a leap day ends its year (proleptic Gregorian). */
    uint64_t days = (time_ns / 1000000000u + LEDGER_DAY_OFFSET_S) / 86400 + 719468;
    uint64_t era = days / 146097, day_of_era = days % 146097;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t shifted = (5 * day_of_year + 2) / 153; /* months since March */
    uint64_t day = day_of_year - (153 * shifted + 2) / 5 + 1;
    uint64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    uint64_t year = era * 400 + year_of_era + (month <= 2);
    return (uint32_t)(year * 10000 + month * 100 + day);
}
