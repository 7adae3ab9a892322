// The made-up credentials beside the real ones: the same calls, chosen by a seed, to both, and all
// ids, groups, capabilities and the parent-death signal compared after each. Each row of calls is a
// process of its own, because what it gives up does not come back.

#include "credentials.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <grp.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <string>

#include "daemon/privileges_under_test.hh"

using namespace waymark::course::check;
using waymark::daemon::answer_of;
using waymark::daemon::check;

namespace {

constexpr int kRows = 300;
constexpr int kCallsOfARow = 12;

std::uint64_t joined(std::uint32_t low, std::uint32_t high) {
    return std::uint64_t{high} << 32 | low;
}

Credentials real_ones() {
    Credentials all{};
    check(::getresuid(&all.user.real, &all.user.effective, &all.user.saved), "getresuid");
    check(::getresgid(&all.group.real, &all.group.effective, &all.group.saved), "getresgid");
    all.groups.resize(static_cast<std::size_t>(::getgroups(0, nullptr)));
    check(::getgroups(static_cast<int>(all.groups.size()), all.groups.data()), "getgroups");
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[2] = {};
    check(::syscall(SYS_capget, &head, sets), "capget");
    all.capabilities.permitted = joined(sets[0].permitted, sets[1].permitted);
    all.capabilities.effective = joined(sets[0].effective, sets[1].effective);
    all.capabilities.inheritable = joined(sets[0].inheritable, sets[1].inheritable);
    for (int number = 0; number < 64; ++number) {
        const std::uint64_t bit = std::uint64_t{1} << number;
        if (::prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1) all.capabilities.bounding |= bit;
        if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, number, 0, 0) == 1)
            all.capabilities.ambient |= bit;
    }
    all.securebits = static_cast<unsigned>(::prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
    all.no_new_privileges = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    check(::prctl(PR_GET_PDEATHSIG, &all.parent_death_signal), "prctl");
    return all;
}

std::string words(const Credentials& all) {
    const CapabilitySets& sets = all.capabilities;
    return fmt::format("{}, P {:x} E {:x} I {:x} A {:x}, bits {:x}, signal {}", all.in_words(),
                       sets.permitted, sets.effective, sets.inheritable, sets.ambient,
                       all.securebits, all.parent_death_signal);
}

int error_of(long result) {
    return result == -1 ? errno : 0;
}

// What the two say to one call, by number: {real, made up}.
struct Answers {
    const char* call;
    int real;
    int made_up;
};

Answers ask(int call, unsigned a, unsigned b, unsigned c, Credentials& all) {
    const gid_t list[] = {a == kSame ? 4 : a, b == kSame ? 27 : b};
    switch (call) {
        case 0:
            return {"setuid", error_of(::setuid(a)), all.setuid(a)};
        case 1:
            return {"setreuid", error_of(::setreuid(a, b)), all.setreuid(a, b)};
        case 2:
            return {"setresuid", error_of(::setresuid(a, b, c)), all.setresuid(a, b, c)};
        case 3:
            return {"setgid", error_of(::setgid(a)), all.setgid(a)};
        case 4:
            return {"setregid", error_of(::setregid(a, b)), all.setregid(a, b)};
        case 5:
            return {"setresgid", error_of(::setresgid(a, b, c)), all.setresgid(a, b, c)};
        case 6:
            return {"setgroups", error_of(::setgroups(2, list)), all.setgroups({list, 2})};
        case 7:
            return {"setgroups none", error_of(::setgroups(0, nullptr)), all.setgroups({})};
        case 8: {
            const unsigned bits = a == 0 ? SECBIT_KEEP_CAPS : a == 33 ? SECBIT_NO_SETUID_FIXUP : 0;
            return {"securebits", error_of(::prctl(PR_SET_SECUREBITS, bits, 0, 0, 0)),
                    all.set_securebits(bits)};
        }
        case 9: {
            check(::prctl(PR_SET_PDEATHSIG, 15), "prctl");
            all.parent_death_signal = 15;
            return {"PR_SET_PDEATHSIG", 0, 0};
        }
        default: {
            const CapabilitySets& sets = all.capabilities;
            const std::uint64_t permitted = b == 0 ? sets.permitted : sets.permitted & ~0xffULL;
            const std::uint64_t effective = a == 0 ? sets.permitted : 0;
            const std::uint64_t inheritable = c == 0 ? sets.permitted : sets.inheritable;
            __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
            __user_cap_data_struct to[2];
            for (int i = 0; i < 2; ++i)
                to[i] = {static_cast<std::uint32_t>(effective >> 32 * i),
                         static_cast<std::uint32_t>(permitted >> 32 * i),
                         static_cast<std::uint32_t>(inheritable >> 32 * i)};
            return {"capset", error_of(::syscall(SYS_capset, &head, to)),
                    all.capset(permitted, effective, inheritable)};
        }
    }
}

std::string first_difference(unsigned seed) {
    std::mt19937 random(seed);
    const unsigned ids[] = {0, 0, 33, 65534, kSame};
    const auto an_id = [&] { return ids[random() % 5]; };
    Credentials all = real_ones();
    for (int i = 0; i < kCallsOfARow; ++i) {
        const Credentials before = all;
        const unsigned a = an_id(), b = an_id(), c = an_id();
        const Answers answers = ask(static_cast<int>(random() % 11), a, b, c, all);
        const Credentials real = real_ones();
        if (answers.real == answers.made_up && real == all) continue;
        return fmt::format("{} of {} {} {}, from {}: really {}, {}; made up {}, {}", answers.call,
                           static_cast<int>(a), static_cast<int>(b), static_cast<int>(c),
                           words(before), answers.real, words(real), answers.made_up, words(all));
    }
    return "";
}

}  // namespace

TEST_CASE("made-up credentials change as the kernel's do") {
    if (waymark::daemon::skip_unless_root("made-up credentials beside the real ones")) return;
    for (unsigned seed = 1; seed <= kRows; ++seed) {
        CAPTURE(seed);
        CHECK(answer_of([&] { return first_difference(seed); }) == "");
    }
}

TEST_CASE("a file is open to its owner or to its group or to the others") {
    Credentials nobody = Credentials::of(65534, 65534);
    CHECK_FALSE(nobody.may_read(0, 4, 0640));
    CHECK(nobody.may_read(0, 4, 0644));
    nobody.groups = {4};
    CHECK(nobody.may_read(0, 4, 0640));
    CHECK_FALSE(nobody.may_read(0, 4, 0604));
    CHECK_FALSE(nobody.may_read(65534, 4, 0040));
    CHECK(Credentials::of_root().may_read(33, 33, 0));
}
