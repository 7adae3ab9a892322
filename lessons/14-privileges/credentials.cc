#include "credentials.hh"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <linux/securebits.h>

#include <algorithm>
#include <cerrno>

namespace waymark::course::check {

namespace {

constexpr std::uint64_t kAll = (std::uint64_t{1} << (CAP_LAST_CAP + 1)) - 1;

bool within(std::uint64_t some, std::uint64_t all) {
    return (some & ~all) == 0;
}

bool all_held(const Ids& ids, std::initializer_list<unsigned> wanted) {
    return std::ranges::all_of(wanted, [&](unsigned id) { return id == kSame || ids.has(id); });
}

void replace(unsigned& id, unsigned by) {
    if (by != kSame) id = by;
}

// setreuid(2) and setregid(2): what the real one may become, and when the saved one follows.
int change_two(Ids& ids, unsigned real, unsigned effective, bool may_all) {
    const bool allowed = real == kSame || real == ids.real || real == ids.effective;
    if (!may_all && (!allowed || !all_held(ids, {effective}))) return EPERM;
    const bool saved_follows = real != kSame || (effective != kSame && effective != ids.real);
    replace(ids.real, real);
    replace(ids.effective, effective);
    if (saved_follows) ids.saved = ids.effective;
    return 0;
}

int change_three(Ids& ids, const Ids& to, bool may_all) {
    if (!may_all && !all_held(ids, {to.real, to.effective, to.saved})) return EPERM;
    replace(ids.real, to.real);
    replace(ids.effective, to.effective);
    replace(ids.saved, to.saved);
    return 0;
}

// setuid(2) and setgid(2): with the right to all three, without it to the effective one.
int change_one(Ids& ids, unsigned id, bool may_all) {
    if (id == kSame) return EINVAL;
    if (may_all) {
        ids = {id, id, id};
        return 0;
    }
    if (id != ids.real && id != ids.saved) return EPERM;
    ids.effective = id;
    return 0;
}

}  // namespace

Credentials Credentials::of_root() {
    Credentials root = of(0, 0);
    root.capabilities = {kAll, kAll, 0, 0, kAll};
    return root;
}

Credentials Credentials::of(uid_t user, gid_t group) {
    Credentials credentials{{user, user, user}, {group, group, group}};
    credentials.capabilities.bounding = kAll;
    return credentials;
}

// capabilities(7), "Effect of user ID changes on capabilities"; prctl(2), PR_SET_PDEATHSIG.
void Credentials::become(const Ids& users, const Ids& groups_of_it) {
    CapabilitySets& sets = capabilities;
    const std::uint64_t permitted_before = sets.permitted;
    if ((securebits & SECBIT_NO_SETUID_FIXUP) == 0) {
        if (user.has(0) && !users.has(0)) {
            if ((securebits & SECBIT_KEEP_CAPS) == 0) sets.permitted = sets.effective = 0;
            sets.ambient = 0;
        }
        if (user.effective == 0 && users.effective != 0) sets.effective = 0;
        if (user.effective != 0 && users.effective == 0) sets.effective = sets.permitted;
    }
    if (users.effective != user.effective || groups_of_it.effective != group.effective ||
        !within(sets.permitted, permitted_before))
        parent_death_signal = 0;
    user = users;
    group = groups_of_it;
}

int Credentials::setuid(uid_t id) {
    Ids ids = user;
    const int error = change_one(ids, id, can(CAP_SETUID));
    if (error == 0) become(ids, group);
    return error;
}

int Credentials::setreuid(uid_t real, uid_t effective) {
    Ids ids = user;
    const int error = change_two(ids, real, effective, can(CAP_SETUID));
    if (error == 0) become(ids, group);
    return error;
}

int Credentials::setresuid(uid_t real, uid_t effective, uid_t saved) {
    Ids ids = user;
    const int error = change_three(ids, {real, effective, saved}, can(CAP_SETUID));
    if (error == 0) become(ids, group);
    return error;
}

int Credentials::setgid(gid_t id) {
    Ids ids = group;
    const int error = change_one(ids, id, can(CAP_SETGID));
    if (error == 0) become(user, ids);
    return error;
}

int Credentials::setregid(gid_t real, gid_t effective) {
    Ids ids = group;
    const int error = change_two(ids, real, effective, can(CAP_SETGID));
    if (error == 0) become(user, ids);
    return error;
}

int Credentials::setresgid(gid_t real, gid_t effective, gid_t saved) {
    Ids ids = group;
    const int error = change_three(ids, {real, effective, saved}, can(CAP_SETGID));
    if (error == 0) become(user, ids);
    return error;
}

int Credentials::setgroups(std::span<const gid_t> list) {
    if (!can(CAP_SETGID)) return EPERM;
    groups.assign(list.begin(), list.end());
    std::ranges::sort(groups);
    return 0;
}

int Credentials::capset(std::uint64_t permitted, std::uint64_t effective,
                        std::uint64_t inheritable) {
    CapabilitySets& sets = capabilities;
    if (!can(CAP_SETPCAP) && !within(inheritable, sets.inheritable | sets.permitted)) return EPERM;
    if (!within(inheritable, sets.inheritable | sets.bounding)) return EPERM;
    if (!within(permitted, sets.permitted) || !within(effective, permitted)) return EPERM;
    sets.permitted = permitted;
    sets.effective = effective;
    sets.inheritable = inheritable;
    sets.ambient &= permitted & inheritable;
    return 0;
}

int Credentials::set_securebits(unsigned bits) {
    if (!can(CAP_SETPCAP)) return EPERM;
    securebits = bits;
    return 0;
}

void Credentials::execute_set_user_id(uid_t owner) {
    if (!no_new_privileges) user.effective = owner;
    user.saved = user.effective;
}

bool Credentials::may_read(uid_t owner, gid_t owning_group, unsigned mode) const {
    if (can(CAP_DAC_OVERRIDE) || can(CAP_DAC_READ_SEARCH)) return true;
    if (user.effective == owner) return (mode & 0400) != 0;
    const bool member =
        group.effective == owning_group || std::ranges::find(groups, owning_group) != groups.end();
    return (mode & (member ? 040U : 04U)) != 0;
}

std::string Credentials::in_words() const {
    return fmt::format("user {} {} {}, group {} {} {}, groups {}", user.real, user.effective,
                       user.saved, group.real, group.effective, group.saved,
                       groups.empty() ? "none" : fmt::format("{}", fmt::join(groups, " ")));
}

}  // namespace waymark::course::check
