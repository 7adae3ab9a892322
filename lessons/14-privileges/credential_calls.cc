// The C library's functions for credentials, in front of it: to the made-up ones where there are
// some, to the system otherwise.

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "capability_calls.hh"
#include "lessons/course/check/real_call.hh"
#include "made_up_credentials.hh"

using namespace waymark::course::check;

namespace {

template <typename Result, typename... Arguments>
Result real(const char* name, Arguments... arguments) {
    return real_call<Result(Arguments...)>(name)(arguments...);
}

int lets_in(uid_t real, uid_t effective, uid_t saved, Credentials& all) {
    for (const uid_t id : {real, effective, saved})
        if (id != 0 && id != kSame) return EPERM;
    if (real == 0) all.user.real = 0;
    if (effective == 0) all.user.effective = 0;
    if (saved == 0) all.user.saved = 0;
    return 0;
}

// A change of user ids by the rules, or without them.
template <typename Change>
int change_user(MadeUpCredentials& made_up, const Ids& to, Change change) {
    return made_up.apply([&](Credentials& all) {
        const int error = change(all);
        const bool effective_only = to.real == kSame && to.saved == kSame;
        const bool lets =
            made_up.lets_everybody_be_root ||
            (effective_only ? made_up.lets_effective_be_root : made_up.lets_all_ids_be_root);
        if (error == 0 || !lets) return error;
        return lets_in(to.real, to.effective, to.saved, all);
    });
}

int say(const Ids& ids, unsigned* first, unsigned* second, unsigned* third) {
    *first = ids.real;
    *second = ids.effective;
    *third = ids.saved;
    return 0;
}

int list_groups(const Credentials& all, int size, gid_t* list) {
    const int count = static_cast<int>(all.groups.size());
    if (size == 0) return count;
    if (size < count) {
        errno = EINVAL;
        return -1;
    }
    std::ranges::copy(all.groups, list);
    return count;
}

}  // namespace

extern "C" {

#define MADE_UP_ID(function, type, value)                            \
    type function() noexcept {                                       \
        const auto* made_up = MadeUpCredentials::current();          \
        return made_up ? made_up->now.value : real<type>(#function); \
    }
MADE_UP_ID(getuid, uid_t, user.real)
MADE_UP_ID(geteuid, uid_t, user.effective)
MADE_UP_ID(getgid, gid_t, group.real)
MADE_UP_ID(getegid, gid_t, group.effective)
#undef MADE_UP_ID

pid_t getppid() noexcept {
    const auto* made_up = MadeUpCredentials::current();
    return made_up ? made_up->parent : real<pid_t>("getppid");
}

int getresuid(uid_t* first, uid_t* second, uid_t* third) noexcept {
    const auto* made_up = MadeUpCredentials::current();
    return made_up ? say(made_up->now.user, first, second, third)
                   : real<int>("getresuid", first, second, third);
}

int getresgid(gid_t* first, gid_t* second, gid_t* third) noexcept {
    const auto* made_up = MadeUpCredentials::current();
    return made_up ? say(made_up->now.group, first, second, third)
                   : real<int>("getresgid", first, second, third);
}

int getgroups(int size, gid_t* list) noexcept {
    const auto* made_up = MadeUpCredentials::current();
    return made_up ? list_groups(made_up->now, size, list) : real<int>("getgroups", size, list);
}

int setresuid(uid_t first, uid_t second, uid_t third) noexcept {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("setresuid", first, second, third);
    return change_user(*made_up, {first, second, third},
                       [&](Credentials& all) { return all.setresuid(first, second, third); });
}

int seteuid(uid_t id) noexcept {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("seteuid", id);
    return change_user(*made_up, {kSame, id, kSame},
                       [&](Credentials& all) { return all.setresuid(kSame, id, kSame); });
}

int setuid(uid_t id) noexcept {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("setuid", id);
    return change_user(*made_up, {id, id, id}, [&](Credentials& all) { return all.setuid(id); });
}

int setreuid(uid_t first, uid_t second) noexcept {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("setreuid", first, second);
    return change_user(*made_up, {first, second, kSame},
                       [&](Credentials& all) { return all.setreuid(first, second); });
}

int setresgid(gid_t first, gid_t second, gid_t third) noexcept {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("setresgid", first, second, third);
    return made_up->apply([&](Credentials& all) { return all.setresgid(first, second, third); });
}

int setegid(gid_t id) noexcept {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("setegid", id);
    return made_up->apply([&](Credentials& all) { return all.setresgid(kSame, id, kSame); });
}

int setgid(gid_t id) noexcept {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("setgid", id);
    return made_up->apply([&](Credentials& all) { return all.setgid(id); });
}

int setregid(gid_t first, gid_t second) noexcept {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("setregid", first, second);
    return made_up->apply([&](Credentials& all) { return all.setregid(first, second); });
}

int setgroups(size_t size, const gid_t* list) noexcept {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("setgroups", size, list);
    return made_up->apply([&](Credentials& all) { return all.setgroups({list, size}); });
}

// The made-up users belong to adm besides.
int initgroups(const char* user, gid_t group) {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("initgroups", user, group);
    const gid_t list[] = {group, 4};
    return setgroups(2, list);
}

passwd* getpwnam(const char* name) {
    auto* made_up = MadeUpCredentials::current();
    return made_up ? made_up->find_user(name) : real<passwd*>("getpwnam", name);
}

group* getgrnam(const char* name) {
    auto* made_up = MadeUpCredentials::current();
    return made_up ? made_up->find_group(name) : real<group*>("getgrnam", name);
}

int getpwnam_r(const char* name, passwd* entry, char* buffer, size_t size, passwd** result) {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("getpwnam_r", name, entry, buffer, size, result);
    const passwd* found = made_up->find_user(name);
    *result = found ? entry : nullptr;
    if (found) *entry = *found;
    return found ? 0 : made_up->error_of_users;
}

int getgrnam_r(const char* name, group* entry, char* buffer, size_t size, group** result) {
    auto* made_up = MadeUpCredentials::current();
    if (!made_up) return real<int>("getgrnam_r", name, entry, buffer, size, result);
    const group* found = made_up->find_group(name);
    *result = found ? entry : nullptr;
    if (found) *entry = *found;
    return found ? 0 : made_up->error_of_groups;
}

int capset(cap_user_header_t head, const __user_cap_data_struct* sets) {
    auto* made_up = MadeUpCredentials::current();
    return made_up ? made_up_capset(*made_up, head, sets) : real<int>("capset", head, sets);
}

int capget(cap_user_header_t head, __user_cap_data_struct* sets) {
    const auto* made_up = MadeUpCredentials::current();
    return made_up ? made_up_capget(*made_up, head, sets) : real<int>("capget", head, sets);
}

// These two take as many arguments as the call has. With a label they are functions of the most
// that there are: to ask a va_list for one that was not given is to read somebody's stack.
int prctl_in_front(int what, unsigned long, unsigned long, unsigned long,
                   unsigned long) asm("prctl");
long syscall_in_front(long number, long, long, long, long, long, long) asm("syscall");

int prctl_in_front(int what, unsigned long first, unsigned long second, unsigned long third,
                   unsigned long fourth) {
    bool known = false;
    if (auto* made_up = MadeUpCredentials::current()) {
        const int result = made_up->prctl(what, first, known);
        if (known) return result;
    }
    return real<int>("prctl", what, first, second, third, fourth);
}

// Who asks by number gets the same answers.
long syscall_in_front(long number, long a, long b, long c, long d, long e, long f) {
    if (MadeUpCredentials::current()) {
        const auto first = static_cast<unsigned>(a);
        const auto second = static_cast<unsigned>(b);
        const auto third = static_cast<unsigned>(c);
        switch (number) {
            case SYS_setresuid:
                return setresuid(first, second, third);
            case SYS_setresgid:
                return setresgid(first, second, third);
            case SYS_setuid:
                return setuid(first);
            case SYS_setgid:
                return setgid(first);
            case SYS_setreuid:
                return setreuid(first, second);
            case SYS_setregid:
                return setregid(first, second);
            case SYS_getuid:
                return getuid();
            case SYS_geteuid:
                return geteuid();
            case SYS_getgid:
                return getgid();
            case SYS_getegid:
                return getegid();
            case SYS_getppid:
                return getppid();
            case SYS_getresuid:
                return getresuid(reinterpret_cast<uid_t*>(a), reinterpret_cast<uid_t*>(b),
                                 reinterpret_cast<uid_t*>(c));
            case SYS_getresgid:
                return getresgid(reinterpret_cast<gid_t*>(a), reinterpret_cast<gid_t*>(b),
                                 reinterpret_cast<gid_t*>(c));
            case SYS_getgroups:
                return getgroups(static_cast<int>(a), reinterpret_cast<gid_t*>(b));
            case SYS_prctl:
                return prctl_in_front(static_cast<int>(a), static_cast<unsigned long>(b),
                                      static_cast<unsigned long>(c), static_cast<unsigned long>(d),
                                      static_cast<unsigned long>(e));
            case SYS_setgroups:
                return setgroups(static_cast<size_t>(a), reinterpret_cast<gid_t*>(b));
            case SYS_capset:
                return capset(reinterpret_cast<cap_user_header_t>(a),
                              reinterpret_cast<__user_cap_data_struct*>(b));
            case SYS_capget:
                return capget(reinterpret_cast<cap_user_header_t>(a),
                              reinterpret_cast<__user_cap_data_struct*>(b));
            default:
                break;
        }
    }
    return real<long>("syscall", number, a, b, c, d, e, f);
}

}  // extern "C"
