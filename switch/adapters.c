/* adapters.c - the table of integrations: a new one adds its line here. */
#include "switch/demo.h"
#include "switch/route.h"

const struct adapter *const adapters[] = {
    &rpc_adapter,      &json_api_adapter, &agent_soap_adapter,
    &checkpay_adapter, &webshop_adapter,  &demo_shop_adapter,
};

const uint32_t adapter_count = sizeof(adapters) / sizeof(adapters[0]);

_Static_assert(sizeof(adapters) / sizeof(adapters[0]) <= ADAPTERS_MAX, "metrics number them");
