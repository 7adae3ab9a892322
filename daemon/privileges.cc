#include "daemon/privileges.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::daemon {

namespace {

struct Identity {
    uid_t user;
    gid_t group;
};

// The look-up gave nothing. That there is none is said with one of several numbers, or with 0; that
// the question could not be asked, with these (getpwnam(3), RETURN VALUE). Out of descriptors one
// source after the other is not opened, and the last of them decides what errno says: so we look.
[[noreturn, maybe_unused]] void fail_to_find(int error_number, const char* call, const char* what,
                                             const std::string& name) {
    for (const int refused : {EMFILE, ENFILE, ENOMEM, EIO, EINTR})
        if (error_number == refused) fail(error_number, call, name);
    const Fd spare(check(::open("/dev/null", O_RDONLY | O_CLOEXEC), call, name));
    throw UsageError(fmt::format("{} {}: there is none; name one that exists", what, name));
}

}  // namespace

//#region exercise-14
namespace {

Identity identity_of(const std::string& user, const std::string& group) {
    // Not the _r kind: this runs once, before there are threads.
    errno = 0;
    const passwd* found_user = ::getpwnam(user.c_str());
    if (!found_user) fail_to_find(errno, "getpwnam", "user", user);
    Identity identity{found_user->pw_uid, found_user->pw_gid};
    if (group.empty()) return identity;
    errno = 0;
    const ::group* found_group = ::getgrnam(group.c_str());
    if (!found_group) fail_to_find(errno, "getgrnam", "group", group);
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
    // Must fail, each. With CAP_SETUID kept by somebody's prctl(2) they would not.
    if (::setresuid(0, 0, 0) == 0 || ::seteuid(0) == 0 || (wanted.group != 0 && ::setegid(0) == 0))
        fail(EPERM, "drop privileges", "root can be regained");
}

// Another user has none, as a rule. But PR_SET_KEEPCAPS, set by whoever started us, keeps the
// permitted ones, which can be made effective again; and no change of user touches the inheritable.
void clear_capabilities() {
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    check(::syscall(SYS_capset, &head, none), "capset");
}

}  // namespace

void drop_permanently(const std::string& user, const std::string& group) {
    const Identity wanted = identity_of(user, group);
    const pid_t parent = ::getppid();
    int parent_death_signal = 0;
    check(::prctl(PR_GET_PDEATHSIG, &parent_death_signal), "prctl PR_GET_PDEATHSIG");

    clear_supplementary_groups();
    check(::setresgid(wanted.group, wanted.group, wanted.group), "setresgid", user);
    check(::setresuid(wanted.user, wanted.user, wanted.user), "setresuid", user);
    require_dropped(wanted);
    if (wanted.user != 0) clear_capabilities();

    check(::prctl(PR_SET_PDEATHSIG, parent_death_signal), "prctl PR_SET_PDEATHSIG");
    // It may have died while the signal was cleared; then none will ever come.
    if (parent_death_signal != 0 && ::getppid() != parent) ::_exit(kExitSystem);
}

ScopedEffectiveUser::ScopedEffectiveUser(uid_t user, gid_t group)
    : previous_user_(::geteuid()),
      previous_group_(::getegid()),
      previous_groups_(supplementary_groups()) {
    check(::setgroups(1, &group), "setgroups");
    if (::setegid(group) == 0 && ::seteuid(user) == 0) return;
    // The destructor does not run if we throw, so a half change is undone by hand.
    const int reason = errno;
    go_back();
    fail(reason, "change the effective user");
}

ScopedEffectiveUser::~ScopedEffectiveUser() {
    go_back();
}

// The user comes first this time: without it we may not change the groups.
void ScopedEffectiveUser::go_back() {
    if (::seteuid(previous_user_) == 0 && ::setegid(previous_group_) == 0 &&
        ::setgroups(previous_groups_.size(), previous_groups_.data()) == 0)
        return;
    print_error("cannot change the effective user back", error_text(errno));
    ::_exit(kExitSystem);
}
//#endregion exercise-14

void set_no_new_privileges() {
    check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl PR_SET_NO_NEW_PRIVS");
}

}  // namespace waymark::daemon
