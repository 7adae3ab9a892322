// What a process may do, as credentials(7) and capabilities(7) have it, as a value: three ids of
// the user, three of the group, the supplementary groups, the capabilities. The calls that change
// them follow the kernel's rules, so a lesson about root needs no root. credentials_test.cc
// compares it with the real kernel, call by call.
//
// Not here: the ids for files (setfsuid(2)), which follow the effective ones, and user namespaces.

#pragma once

#include <linux/capability.h>
#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace waymark::course::check {

// To a call that changes several ids: this one stays (setresuid(2)).
inline constexpr unsigned kSame = static_cast<unsigned>(-1);

// Of a user or of a group.
struct Ids {
    unsigned real;
    unsigned effective;
    unsigned saved;
    bool operator==(const Ids&) const = default;
    bool has(unsigned id) const { return id == real || id == effective || id == saved; }
};

// A bit each, by its number in linux/capability.h.
struct CapabilitySets {
    std::uint64_t permitted = 0;
    std::uint64_t effective = 0;
    std::uint64_t inheritable = 0;
    std::uint64_t ambient = 0;
    std::uint64_t bounding = 0;
    bool operator==(const CapabilitySets&) const = default;
};

struct Credentials {
    Ids user;
    Ids group;
    std::vector<gid_t> groups = {};  // sorted, as the kernel keeps them
    CapabilitySets capabilities = {};
    unsigned securebits = 0;  // SECBIT_KEEP_CAPS, SECBIT_NO_SETUID_FIXUP
    bool no_new_privileges = false;
    int parent_death_signal = 0;
    bool operator==(const Credentials&) const = default;

    static Credentials of_root();
    static Credentials of(uid_t user, gid_t group);

    // As the system calls of these names: 0, or an errno, and then nothing has changed. -1 leaves
    // an id as it is, where the call says so.
    int setuid(uid_t id);
    int setreuid(uid_t real, uid_t effective);
    int setresuid(uid_t real, uid_t effective, uid_t saved);
    int setgid(gid_t id);
    int setregid(gid_t real, gid_t effective);
    int setresgid(gid_t real, gid_t effective, gid_t saved);
    int setgroups(std::span<const gid_t> list);
    int capset(std::uint64_t permitted, std::uint64_t effective, std::uint64_t inheritable);
    int set_securebits(unsigned bits);

    // execve(2) of a program with the set-user-ID bit that belongs to `owner`: the ids only.
    void execute_set_user_id(uid_t owner);

    bool can(int capability) const { return (capabilities.effective >> capability & 1) != 0; }
    // path_resolution(7), "Permissions": the class of the owner, of the group, or of the others
    // decides.
    bool may_read(uid_t owner, gid_t owning_group, unsigned mode) const;

    // "user 33 33 33, group 33 33 33, groups 4 27", for words of a check.
    std::string in_words() const;

  private:
    void become(const Ids& users, const Ids& groups_of_it);
};

}  // namespace waymark::course::check
