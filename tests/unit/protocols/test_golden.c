/* Golden exchanges: tests/golden/<adapter>/<case>.txt. */
#include <criterion/criterion.h>

#include "tests/unit/protocols/golden.h"
#include "tests/unit/protocols/soap_golden.h"

Test(golden, rpc) {
    golden_run(&rpc_adapter, "rpc");
}

Test(golden, json_api) {
    golden_run(&json_api_adapter, "json_api");
}

Test(golden, agent_soap) {
    soap_golden_run();
}
