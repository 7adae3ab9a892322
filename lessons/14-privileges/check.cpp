// Lesson 14: root for one call only. Here is who the process is after the drop. check_proof.cpp has
// what goes wrong on the way, check_parent.cpp the parent, check_scope.cpp the scope. The kernel's
// rules are made up (made_up_credentials.hh), so nobody needs to be root.

#include <doctest/doctest.h>

#include <algorithm>

#include "seen.hh"

using namespace waymark::course::check;

namespace {

bool only_groups_may_differ(const Credentials& now) {
    return now.user == Ids{0, 0, 0};
}

}  // namespace

TEST_CASE("all three ids of the user are those of the user") {
    MadeUpCredentials made_up;
    step("become www (33, group 33), as root without supplementary groups");
    const Outcome outcome = drop("www");
    // Its own proof may have seen it.
    const bool half = made_up.now.user.effective == 33 && made_up.now.user.has(0);
    expect_dropped(outcome, half ? Causes{kSaved, kEffective} : Causes{kOrder, kRegain});
    expect_all_is(made_up.now, 33, 33);
}

TEST_CASE("no supplementary group is left") {
    MadeUpCredentials made_up(root_with_groups());
    bool user_first = false;
    made_up.after_change = [&](const Credentials& now) {
        user_first =
            user_first || (!only_groups_may_differ(now) && now.groups == root_with_groups().groups);
    };
    step("become www, as root with the groups 0, 4 and 27");
    const Outcome outcome = drop("www");
    const Causes causes = user_first ? Causes{kOrder} : Causes{kGroups, kOrder};
    expect_dropped(outcome, causes);
    // No call has failed by now.
    expect(made_up.now.groups.empty(), "who the process is", "groups none", made_up.now.in_words(),
           user_first ? kOrder : kGroups);
    expect_all_is(made_up.now, 33, 33);
}

TEST_CASE("with a group given it is that one") {
    MadeUpCredentials made_up(root_with_groups());
    step("become nobody (65534), with the group www (33)");
    const Outcome outcome = drop("nobody", "www");
    expect_dropped(outcome, kGroupGiven);
    expect_equal(made_up.now.group.effective, 33U, "the effective group", kGroupGiven);
    expect_all_is(made_up.now, 65534, 33);
    step("become www without a group given, whose own group is 4 this time");
    made_up.now = root_with_groups();
    made_up.users["www"] = {33, 4, 0};
    expect_dropped(drop("www"), kGroupGiven);
    expect_equal(made_up.now.group.effective, 4U, "the effective group", kGroupGiven);
}

TEST_CASE("an unknown user or group is for a person to correct") {
    for (const int error : {0, ENOENT, ESRCH, EPERM}) {
        MadeUpCredentials made_up(root_with_groups());
        made_up.error_of_users = made_up.error_of_groups = error;
        errno = 0;
        step("become no_such_user, while getpwnam() says " +
             (error == 0 ? std::string("nothing in errno") : waymark::daemon::error_text(error)));
        const auto expect_usage = [&](const Outcome& outcome) {
            expect(
                outcome.kind == "UsageError", "what is thrown", "UsageError", outcome.words,
                outcome.kind == "std::system_error" ? Causes{kLookUp, kUnknown} : Causes{kUnknown});
            expect(made_up.now == root_with_groups(), "who the process is",
                   "as before: nothing has been changed", made_up.now.in_words(), kUnknown);
        };
        expect_usage(drop("no_such_user"));
        step("become nobody, with the group no_such_group");
        errno = 0;
        expect_usage(drop("nobody", "no_such_group"));
    }
}

TEST_CASE("an errno from before is no answer of the look-up") {
    MadeUpCredentials made_up;
    step("set errno to ENOMEM, and become no_such_user");
    errno = ENOMEM;
    const Outcome user = drop("no_such_user");
    expect(user.kind == "UsageError", "what is thrown", "UsageError", user.words, kStaleErrno);
    step("set errno to ENOMEM, and become nobody with the group no_such_group");
    errno = ENOMEM;
    const Outcome group = drop("nobody", "no_such_group");
    expect(group.kind == "UsageError", "what is thrown", "UsageError", group.words, kStaleErrno);
    step("the same, while getpwnam() finds nobody's entry and leaves EMFILE in errno");
    made_up.errno_of_found_users = EMFILE;
    const Outcome later = drop("nobody", "no_such_group");
    expect(later.kind == "UsageError", "what is thrown", "UsageError", later.words, kStaleErrno);
}

TEST_CASE("a look-up that failed is no unknown user") {
    const auto expect_failure = [](const Outcome& outcome, int error) {
        expect(outcome.kind != "UsageError", "what is thrown",
               "std::system_error: " + waymark::daemon::error_text(error), outcome.words, kLookUp);
        expect_system_error(outcome, error, kLookUp);
    };
    for (const int error : {EMFILE, ENFILE, ENOMEM, EIO}) {
        MadeUpCredentials made_up;
        made_up.error_of_users = made_up.error_of_groups = error;
        step("become a user while getpwnam() says " + waymark::daemon::error_text(error));
        expect_failure(drop("no_such_user"), error);
        step("become nobody with a group while getgrnam() says so");
        expect_failure(drop("nobody", "no_such_group"), error);
    }
}

TEST_CASE("a number is no name") {
    for (const char* name : {"33", "0", "", "65534"}) {
        MadeUpCredentials made_up;
        step("become \"" + std::string(name) + "\"");
        const Outcome outcome = drop(name);
        expect(outcome.kind == "UsageError", "what is thrown", "UsageError", outcome.words,
               kNumber);
    }
    MadeUpCredentials made_up;
    step("become nobody with the group \"33\"");
    const Outcome outcome = drop("nobody", "33");
    expect(outcome.kind == "UsageError", "what is thrown", "UsageError", outcome.words, kNumber);
    step("become a user whose name is 33 and whose number is 1033");
    made_up.users["33"] = {1033, 1033, 0};
    expect_dropped(drop("33"), kNumber);
    expect_equal(made_up.now.user.effective, 1033U, "the effective user", kNumber);
}

TEST_CASE("root and its group may be asked for") {
    MadeUpCredentials made_up(root_with_groups());
    step("become root with the group adm (4)");
    expect_dropped(drop("root", "adm"), kRegainOfRoot);
    expect_all_is(made_up.now, 0, 4);
    expect(made_up.now.capabilities == Credentials::of_root().capabilities, "root's capabilities",
           "as before", "others", kRegainOfRoot);
    step("become toor, which is another name of user 0, with the group adm");
    made_up.now = root_with_groups();
    made_up.users["toor"] = {0, 0, 0};
    expect_dropped(drop("toor", "adm"), kRegainOfRoot);
    expect_all_is(made_up.now, 0, 4);
    expect(made_up.now.capabilities == Credentials::of_root().capabilities, "root's capabilities",
           "as before", "others", kRegainOfRoot);
    step("become nobody with the group root (0)");
    made_up.now = root_with_groups();
    expect_dropped(drop("nobody", "root"), kRegainOfRoot);
    expect_all_is(made_up.now, 65534, 0);
}

TEST_CASE("who has dropped already may drop again") {
    MadeUpCredentials made_up;
    step("become nobody");
    expect_dropped(drop("nobody"), {kOrder, kRegain});
    step("become nobody once more");
    expect_dropped(drop("nobody"), kNeedless);
    expect_all_is(made_up.now, 65534, 65534);
    step("become www, where the effective user and group are www's already, and the others root's");
    made_up.now = Credentials::of(33, 33);
    made_up.now.user = made_up.now.group = {0, 33, 0};
    // To refuse it is right as well: root is needed, and this is not quite root.
    if (drop("www").kind == "nothing") expect_all_is(made_up.now, 33, 33);
}

TEST_CASE("no capability is left to be taken up again") {
    const auto expect_none_left = [](const Credentials& beginning, const Advice& advice,
                                     const std::string& group = {}) {
        MadeUpCredentials made_up(beginning);
        expect_dropped(drop("nobody", group), advice);
        const CapabilitySets& left = made_up.now.capabilities;
        const auto expect_none = [&](std::uint64_t set, const char* what) {
            expect(set == 0, what, "none", fmt::format("{:x}", set), advice);
        };
        expect_none(left.effective, "effective capabilities");
        expect_none(left.permitted, "permitted capabilities");
        expect_none(left.inheritable, "inheritable capabilities");
        expect_none(left.ambient, "ambient capabilities");
    };
    Credentials root = root_with_groups();
    root.capabilities.inheritable = root.capabilities.permitted;
    Credentials keeps = root;
    keeps.securebits = 1 << 4;
    keeps.capabilities.ambient = 1 << CAP_NET_RAW;
    step("become nobody while PR_SET_KEEPCAPS is set, with inheritable capabilities");
    expect_none_left(keeps, kCapabilities);
    step("become nobody with inheritable capabilities");
    expect_none_left(root, kCapabilities);
    step("become nobody with the group root (0), while PR_SET_KEEPCAPS is set");
    expect_none_left(keeps, kCapabilities, "root");
    step("become nobody, as nobody with capabilities and no supplementary group");
    Credentials nobody = Credentials::of(65534, 65534);
    nobody.capabilities.inheritable = nobody.capabilities.permitted = 1 << CAP_NET_RAW;
    expect_none_left(nobody, kNoMoreToDo);  // those of root have gone by now
}
