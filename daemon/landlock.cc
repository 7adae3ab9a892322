#include "daemon/landlock.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "daemon/privileges.hh"

namespace waymark::daemon {

namespace {

// The header of Debian 12 is that of Linux 6.1 and ends with version 2. What came after it, as in
// Linux 6.12; a kernel takes a longer structure than its own if what it does not know is zero.
constexpr std::uint64_t kTruncate = 1U << 14;       // LANDLOCK_ACCESS_FS_TRUNCATE, version 3
constexpr std::uint64_t kIoctlDevice = 1U << 15;    // LANDLOCK_ACCESS_FS_IOCTL_DEV, 5
constexpr std::uint64_t kBindTcp = 1U << 0;         // LANDLOCK_ACCESS_NET_BIND_TCP, 4
constexpr std::uint64_t kConnectTcp = 1U << 1;      // LANDLOCK_ACCESS_NET_CONNECT_TCP, 4
constexpr std::uint64_t kAbstractSocket = 1U << 0;  // LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET, 6
constexpr std::uint64_t kSignal = 1U << 1;          // LANDLOCK_SCOPE_SIGNAL, 6
constexpr int kRulePort = 2;                        // LANDLOCK_RULE_NET_PORT, 4

struct RulesetAttributes {
    std::uint64_t handled_access_fs;
    std::uint64_t handled_access_net;
    std::uint64_t scoped;
};

struct PortAttributes {
    std::uint64_t allowed_access;
    std::uint64_t port;
};

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWrite =
    kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate | LANDLOCK_ACCESS_FS_MAKE_REG;
constexpr std::uint64_t kManage = kWrite | LANDLOCK_ACCESS_FS_REMOVE_FILE;
// A rule about a file must not speak of what only folders have.
constexpr std::uint64_t kOfFiles =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

// All that version 1 knows, from running programs to making devices. Renaming into another folder
// came with version 2, and is refused by version 1 always.
constexpr std::uint64_t kFirstRights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

// What is not handled is allowed everywhere, so all that this kernel can refuse is.
RulesetAttributes all_that_it_knows(int version) {
    RulesetAttributes all{kFirstRights, 0, 0};
    if (version >= 2) all.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3) all.handled_access_fs |= kTruncate;
    if (version >= 4) all.handled_access_net = kBindTcp | kConnectTcp;
    if (version >= 5) all.handled_access_fs |= kIoctlDevice;
    if (version >= 6) all.scoped = kAbstractSocket | kSignal;
    return all;
}

std::uint64_t rights_of(FileRight right) {
    switch (right) {
        case FileRight::read:
            return kRead;
        case FileRight::write:
            return kWrite;
        case FileRight::manage:
            return kManage;
    }
    return 0;
}

void add_rule(const Fd& ruleset, int type, const void* rule, std::string_view what) {
    check(::syscall(SYS_landlock_add_rule, ruleset.get(), type, rule, 0), "landlock_add_rule",
          what);
}

void allow_place(const Fd& ruleset, const Premises::Place& place, std::uint64_t known) {
    const Fd opened(check(::open(place.path.c_str(), O_PATH | O_CLOEXEC), "open", place.path));
    struct stat status {};
    check(::fstat(opened.get(), &status), "fstat", place.path);
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights_of(place.right) & known;
    if (!S_ISDIR(status.st_mode)) rule.allowed_access &= kOfFiles;
    rule.parent_fd = opened.get();
    add_rule(ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, place.path);
}

void allow_port(const Fd& ruleset, std::uint16_t port) {
    const PortAttributes rule{kConnectTcp, port};
    add_rule(ruleset, kRulePort, &rule, fmt::format("port {}", port));
}

}  // namespace

int landlock_version() {
    const long version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return static_cast<int>(std::max(version, 0L));
}

Enforced stay_within(const Premises& premises) {
    set_no_new_privileges();
    const Enforced enforced{landlock_version()};
    if (enforced.version == 0) return enforced;
    RulesetAttributes all = all_that_it_knows(enforced.version);
    if (premises.connects_to_any_port) all.handled_access_net &= ~kConnectTcp;
    const Fd ruleset(static_cast<int>(check(
        ::syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0), "landlock_create_ruleset")));
    for (const Premises::Place& place : premises.places)
        allow_place(ruleset, place, all.handled_access_fs);
    if ((all.handled_access_net & kConnectTcp) != 0)
        for (const std::uint16_t port : premises.tcp_connect_to) allow_port(ruleset, port);
    check(::syscall(SYS_landlock_restrict_self, ruleset.get(), 0), "landlock_restrict_self");
    return enforced;
}

std::string Enforced::describe() const {
    if (!files()) return "nothing: this kernel has no Landlock";
    std::string text = "files";
    if (tcp()) text += processes() ? ", TCP" : " and TCP";
    if (processes()) text += " and signals";
    return fmt::format("{} (Landlock, version {})", text, version);
}

}  // namespace waymark::daemon
