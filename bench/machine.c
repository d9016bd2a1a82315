#include "bench/machine.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

static void look_cpu(struct machine *machine) {
    char line[256];
    snprintf(machine->cpu, sizeof(machine->cpu), "unknown");
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (file == NULL)
        return;
    while (fgets(line, sizeof(line), file) != NULL) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(machine->cpu, sizeof(machine->cpu), "%.90s", colon + 2);
        break;
    }
    fclose(file);
}

static void look_file_system(struct machine *machine, const char *folder) {
    static const struct {
        unsigned long magic;
        const char *name;
    } known[] = {{0xef53, "ext4"},      {0x58465342, "xfs"},       {0x9123683e, "btrfs"},
                 {0x01021994, "tmpfs"}, {0x794c7630, "overlayfs"}, {0x2fc12fc1, "zfs"}};
    struct statfs status;
    snprintf(machine->file_system, sizeof(machine->file_system), "unknown");
    if (statfs(folder, &status) < 0)
        return;
    snprintf(machine->file_system, sizeof(machine->file_system), "0x%lx",
             (unsigned long)status.f_type);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].magic == (unsigned long)status.f_type)
            snprintf(machine->file_system, sizeof(machine->file_system), "%s", known[i].name);
    }
}

void machine_look(struct machine *machine, const char *folder) {
    struct utsname name;
    look_cpu(machine);
    look_file_system(machine, folder);
    snprintf(machine->kernel, sizeof(machine->kernel), "unknown");
    if (uname(&name) == 0)
        snprintf(machine->kernel, sizeof(machine->kernel), "%.30s %.60s", name.sysname,
                 name.release);
    machine->cores = sysconf(_SC_NPROCESSORS_ONLN);
    machine->memory_mb = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) >> 20;
}
