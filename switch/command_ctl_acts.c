/* command_ctl_acts.c - `tiyn ctl acts`: who ordered what. */
#include <inttypes.h>
#include <stdio.h>

#include "switch/command.h"
#include "switch/ctl.h"

static bool pack_page(struct ctl *ctl) {
    uint64_t after = 0, limit = 100;
    const char *after_text = ctl->options[CTL_AFTER], *limit_text = ctl->options[CTL_LIMIT];
    if ((after_text != NULL && !ctl_number("--after", after_text, &after)) ||
        (limit_text != NULL && !ctl_number("--limit", limit_text, &limit))) {
        return false;
    }
    msgpack_packer *packer = rpc_client_params(&ctl->client);
    msgpack_pack_array(packer, 2);
    msgpack_pack_uint64(packer, after);
    msgpack_pack_uint64(packer, limit);
    return true;
}

static void print_changes(const msgpack_object *changes) {
    char texts[3][CTL_TEXT];
    for (uint32_t i = 0; changes != NULL && i < changes->via.array.size; i++) {
        const msgpack_object *row = &changes->via.array.ptr[i];
        if (row->type != MSGPACK_OBJECT_ARRAY || row->via.array.size != 3) {
            continue;
        }
        for (uint32_t part = 0; part < 3; part++) {
            (void)ctl_text(&row->via.array.ptr[part], texts[part]);
        }
        printf("      %s: %s -> %s\n", texts[0], texts[1][0] == '\0' ? "-" : texts[1], texts[2]);
    }
}

static void print_act(const msgpack_object *act) {
    char text[CTL_TEXT];
    printf("%5" PRIu64 " %s ", ctl_uint(act, "number"), ctl_time(ctl_uint(act, "time_ns"), text));
    printf("%s", ctl_text(rpc_client_field(act, "name"), text));
    printf(" (%s): ", ctl_text(rpc_client_field(act, "from"), text));
    printf("%s ", ctl_text(rpc_client_field(act, "what"), text));
    printf("%s\n", ctl_text(rpc_client_field(act, "about"), text));
    if (ctl_text(rpc_client_field(act, "reason"), text)[0] != '\0') {
        printf("      because: %s\n", text);
    }
    print_changes(rpc_client_field(act, "changes"));
}

int ctl_acts_list(struct ctl *ctl) {
    const msgpack_object *result = NULL;
    if (!pack_page(ctl)) {
        return COMMAND_USAGE;
    }
    int code = ctl_call(ctl, "node.acts", &result);
    if (code != COMMAND_OK) {
        return code;
    }
    if (ctl->json) {
        ctl_print_json(result);
        return COMMAND_OK;
    }
    const msgpack_object *acts = rpc_client_field(result, "acts");
    uint32_t count = acts != NULL && acts->type == MSGPACK_OBJECT_ARRAY ? acts->via.array.size : 0;
    for (uint32_t i = 0; i < count; i++) {
        print_act(&acts->via.array.ptr[i]);
    }
    printf("%u acts, as of batch %" PRIu64, count, ctl_uint(result, "as_of_sequence"));
    uint64_t next = ctl_uint(result, "next");
    if (next != 0) {
        printf("; more: --after %" PRIu64, next);
    }
    putchar('\n');
    return COMMAND_OK;
}
