#include "daemon/privileges.hh"

#include <fmt/core.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "daemon/error.hh"

namespace waymark::daemon {

namespace {

struct Identity {
    uid_t user;
    gid_t group;
};

Identity identity_of(const std::string& user, const std::string& group) {
    // Not the _r kind: this runs once, before there are threads.
    const passwd* found_user = ::getpwnam(user.c_str());
    if (!found_user)
        throw UsageError(fmt::format("user {}: there is none; name one that exists", user));
    Identity identity{found_user->pw_uid, found_user->pw_gid};
    if (group.empty()) return identity;
    const ::group* found_group = ::getgrnam(group.c_str());
    if (!found_group)
        throw UsageError(fmt::format("group {}: there is none; name one that exists", group));
    identity.group = found_group->gr_gid;
    return identity;
}

std::vector<gid_t> supplementary_groups() {
    const int count = check(::getgroups(0, nullptr), "getgroups");
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    check(::getgroups(count, groups.data()), "getgroups");
    return groups;
}

void clear_supplementary_groups() {
    if (!supplementary_groups().empty()) check(::setgroups(0, nullptr), "setgroups");
}

// What the calls said is not proof enough for something that everything after relies on.
void require_dropped(const Identity& wanted) {
    uid_t users[3];
    gid_t groups[3];
    check(::getresuid(&users[0], &users[1], &users[2]), "getresuid");
    check(::getresgid(&groups[0], &groups[1], &groups[2]), "getresgid");
    for (const uid_t user : users)
        if (user != wanted.user) fail(EPERM, "drop privileges", "a user id is left");
    for (const gid_t group : groups)
        if (group != wanted.group) fail(EPERM, "drop privileges", "a group id is left");
    if (!supplementary_groups().empty()) fail(EPERM, "drop privileges", "a group is left");
    if (wanted.user == 0) return;
    // Both must fail. With CAP_SETUID kept by somebody's prctl(2) they would not.
    if (::setresuid(0, 0, 0) == 0 || ::seteuid(0) == 0 || ::setegid(0) == 0)
        fail(EPERM, "drop privileges", "root can be regained");
}

void forbid(scmp_filter_ctx filter, int call) {
    const int result = ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
    if (result < 0) fail(-result, "seccomp_rule_add");
}

}  // namespace

void drop_permanently(const std::string& user, const std::string& group) {
    const Identity wanted = identity_of(user, group);
    int parent_death_signal = 0;
    check(::prctl(PR_GET_PDEATHSIG, &parent_death_signal), "prctl PR_GET_PDEATHSIG");

    clear_supplementary_groups();
    check(::setresgid(wanted.group, wanted.group, wanted.group), "setresgid", user);
    check(::setresuid(wanted.user, wanted.user, wanted.user), "setresuid", user);
    require_dropped(wanted);

    check(::prctl(PR_SET_PDEATHSIG, parent_death_signal), "prctl PR_SET_PDEATHSIG");
}

ScopedEffectiveUser::ScopedEffectiveUser(uid_t user, gid_t group)
    : previous_user_(::geteuid()),
      previous_group_(::getegid()),
      previous_groups_(supplementary_groups()) {
    check(::setgroups(1, &group), "setgroups");
    // From here on the destructor does not run if we throw, so a half change is undone by hand.
    const bool changed = ::setegid(group) == 0 && ::seteuid(user) == 0;
    if (changed) return;
    const int reason = errno;
    check(::setegid(previous_group_), "setegid");
    check(::setgroups(previous_groups_.size(), previous_groups_.data()), "setgroups");
    fail(reason, "change the effective user");
}

// The user comes first this time: without it we may not change the groups.
ScopedEffectiveUser::~ScopedEffectiveUser() {
    if (::seteuid(previous_user_) == 0 && ::setegid(previous_group_) == 0 &&
        ::setgroups(previous_groups_.size(), previous_groups_.data()) == 0)
        return;
    print_error("cannot change the effective user back", error_text(errno));
    ::_exit(kExitSystem);
}

void set_no_new_privileges() {
    check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl PR_SET_NO_NEW_PRIVS");
}

void forbid_dangerous_calls() {
    set_no_new_privileges();
    const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(::seccomp_init(SCMP_ACT_ALLOW),
                                                                  ::seccomp_release);
    if (!filter) fail(ENOMEM, "seccomp_init");
    for (const int call :
         {// start another program
          SCMP_SYS(execve), SCMP_SYS(execveat),
          // look into or change another process
          SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
          SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
          // change what the machine is
          SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
          SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(bpf), SCMP_SYS(reboot),
          SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
          SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(swapon), SCMP_SYS(swapoff),
          // become somebody else
          SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
          SCMP_SYS(setreuid), SCMP_SYS(setregid), SCMP_SYS(setgroups), SCMP_SYS(capset)})
        forbid(filter.get(), call);
    if (const int result = ::seccomp_load(filter.get()); result < 0) fail(-result, "seccomp_load");
}

}  // namespace waymark::daemon
