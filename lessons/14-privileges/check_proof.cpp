// What goes wrong on the way to a drop, in lesson 14: a call that fails, a call that only says that
// it went well, a kernel that lets everybody back.

#include <doctest/doctest.h>

#include <functional>

#include "seen.hh"

using namespace waymark::course::check;

namespace {

// Root of whom much is left if nobody takes it away.
Credentials root_with_much() {
    Credentials root = root_with_groups();
    root.capabilities.inheritable = root.capabilities.permitted;
    root.securebits = 1 << 4;
    root.parent_death_signal = 10;
    return root;
}

bool is_dropped(const Credentials& now) {
    Credentials wanted = Credentials::of(65534, 65534);
    wanted.capabilities.bounding = now.capabilities.bounding;
    wanted.securebits = now.securebits;
    wanted.parent_death_signal = 10;
    return now == wanted;
}

int changes_of_a_drop() {
    MadeUpCredentials made_up(root_with_much());
    expect_dropped(drop("nobody"), {kOrder, kRegain});
    return made_up.changes();
}

// The call says 0, and this is still there.
void expect_proved(const char* what, const std::function<void(Credentials&)>& leave) {
    MadeUpCredentials made_up(root_with_groups());
    made_up.after_change = [&](Credentials& now) {
        if (now.user.effective != 0) leave(now);
    };
    step(std::string("become nobody, while the calls say 0 and leave ") + what);
    expect_system_error(drop("nobody"), EPERM, kProof);
}

}  // namespace

TEST_CASE("each call that fails is the end of the drop") {
    step("count the changes that a drop makes");
    const int changes = changes_of_a_drop();
    expect(changes > 0, "changes", "some", "none", kNotDropped);
    for (const int error : {EAGAIN, EPERM})
        for (int place = 0; place < changes; ++place) {
            MadeUpCredentials made_up(root_with_much());
            made_up.fail_change(place, error);
            step(fmt::format("become nobody while change {} fails with {}", place + 1,
                             waymark::daemon::error_text(error)));
            const Outcome outcome = drop("nobody");
            // Who does without the call that failed has lost nothing.
            if (outcome.kind == "nothing" && is_dropped(made_up.now)) continue;
            expect_system_error(outcome, error, kUnchecked);
        }
}

TEST_CASE("who may not drop is told so") {
    MadeUpCredentials made_up(Credentials::of(33, 33));
    step("become nobody, as www");
    expect_system_error(drop("nobody"), EPERM, kUnchecked);
    step("become nobody, as nobody with the group adm");
    made_up.now = Credentials::of(65534, 65534);
    made_up.now.groups = {4};
    expect_system_error(drop("nobody"), EPERM, kUnchecked);
    step("become nobody with the group www, as nobody with another group");
    made_up.now = Credentials::of(65534, 65534);
    expect_system_error(drop("nobody", "www"), EPERM, kUnchecked);
}

TEST_CASE("a call that says 0 is not believed") {
    expect_proved("the saved user", [](Credentials& now) { now.user.saved = 0; });
    expect_proved("the real user", [](Credentials& now) { now.user.real = 0; });
    expect_proved("the saved group", [](Credentials& now) { now.group.saved = 0; });
    expect_proved("the real group", [](Credentials& now) { now.group.real = 0; });
    expect_proved("the effective group", [](Credentials& now) { now.group.effective = 0; });
    expect_proved("another user's id", [](Credentials& now) { now.user.saved = 33; });
    expect_proved("a supplementary group", [](Credentials& now) { now.groups = {4}; });
    step("become nobody, while the change of the user says 0 and changes nothing");
    MadeUpCredentials made_up(root_with_groups());
    made_up.after_change = [&](Credentials& now) { now.user = {0, 0, 0}; };
    expect_system_error(drop("nobody"), EPERM, kProof);
    step("become root with the group adm, while the calls say 0 and leave a supplementary group");
    made_up.now = root_with_groups();
    made_up.after_change = [&](Credentials& now) { now.groups = {27}; };
    expect_system_error(drop("root", "adm"), EPERM, kProof);
    step("the same, while they leave the saved group");
    made_up.now = root_with_groups();
    made_up.after_change = [&](Credentials& now) { now.group.saved = 0; };
    expect_system_error(drop("root", "adm"), EPERM, kProof);
}

TEST_CASE("a way back to root is tried") {
    {
        MadeUpCredentials made_up(root_with_groups());
        made_up.lets_everybody_be_root = true;
        step("become nobody, where everybody may become user 0");
        expect_system_error(drop("nobody"), EPERM, kRegain);
    }
    {
        MadeUpCredentials made_up(root_with_groups());
        made_up.lets_all_ids_be_root = true;
        step("become nobody, where setresuid(2) lets everybody be user 0, and seteuid(2) does not");
        expect_system_error(drop("nobody"), EPERM, kRegain);
    }
    {
        MadeUpCredentials made_up(root_with_groups());
        made_up.lets_effective_be_root = true;
        step("become nobody, where seteuid(2) lets everybody be user 0, and setresuid(2) does not");
        expect_system_error(drop("nobody"), EPERM, kRegain);
    }
    {
        MadeUpCredentials made_up(root_with_groups());
        made_up.lets_everybody_be_root = true;
        step("become nobody with the group root (0), where everybody may become user 0");
        expect_system_error(drop("nobody", "root"), EPERM, kRegain);
    }
    MadeUpCredentials made_up(root_with_groups());
    made_up.now.securebits = 1 << 2;
    step("become nobody, while SECBIT_NO_SETUID_FIXUP keeps the capabilities");
    const Outcome outcome = drop("nobody");
    if (outcome.kind == "nothing" && made_up.now.capabilities.permitted == 0) return;
    expect_system_error(outcome, EPERM, kRegain);
}
