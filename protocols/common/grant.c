#include "protocols/adapter.h"

static bool in_ranges(const struct grant_range *ranges, uint32_t count, uint64_t value) {
    for (uint32_t i = 0; i < count; i++)
        if (value >= ranges[i].first && value <= ranges[i].last)
            return true;
    return false;
}

bool grant_requester(const struct grant *grant, uint64_t requester) {
    return requester == grant->requester || (grant->rights & GRANT_OPERATOR) != 0 ||
           in_ranges(grant->requesters, grant->requester_count, requester);
}

bool grant_account(const struct grant *grant, uint64_t account) {
    return (grant->rights & GRANT_OPERATOR) != 0 ||
           in_ranges(grant->accounts, grant->account_count, account);
}
