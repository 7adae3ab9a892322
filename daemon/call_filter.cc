#include "daemon/call_filter.hh"

#include <seccomp.h>

#include <cerrno>
#include <memory>

#include "daemon/error.hh"
#include "daemon/privileges.hh"

namespace waymark::daemon {

namespace {

// libseccomp returns its errors, with a minus.
void must_succeed(int result, const char* call) {
    if (result < 0) fail(-result, call);
}

void add(scmp_filter_ctx filter, const CallRule& rule) {
    const unsigned conditions = rule.only_if ? 1 : 0;
    const scmp_arg_cmp* const condition = rule.only_if ? &*rule.only_if : nullptr;
    must_succeed(::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule.call, conditions, condition),
                 "seccomp_rule_add");
}

}  // namespace

void allow_only(std::span<const CallGroup> groups) {
    set_no_new_privileges();
    const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(
        ::seccomp_init(SCMP_ACT_ERRNO(EPERM)), ::seccomp_release);
    if (!filter) fail(ENOMEM, "seccomp_init");
    // A tree in the place of a row: some seven comparisons a call, not a hundred. The kernel
    // remembers besides which calls are allowed whatever their arguments, and does not ask for
    // them.
    must_succeed(::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2), "seccomp_attr_set");
    for (const CallGroup group : groups)
        for (const CallRule& rule : rules_of(group)) add(filter.get(), rule);
    must_succeed(::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0),
                 "seccomp_rule_add clone3");
    must_succeed(::seccomp_load(filter.get()), "seccomp_load");
}

}  // namespace waymark::daemon
