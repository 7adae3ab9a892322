// Another effective user for a scope, in lesson 14.

#include <doctest/doctest.h>

#include <numeric>
#include <stdexcept>
#include <vector>

#include "seen.hh"

using namespace waymark::course::check;
using waymark::daemon::ScopedEffectiveUser;

namespace {

// Started by user 1000 as a set-user-ID program of root; the effective group is adm.
Credentials set_user_id() {
    Credentials all = root_with_groups();
    all.user = {1000, 0, 0};
    all.group = {1000, 4, 4};
    return all;
}

// Who the process is after a scope; what it was inside comes out by `inside`.
std::string after_a_scope(MadeUpCredentials& made_up, Credentials* inside = nullptr,
                          uid_t user = 33, gid_t group = 33) {
    const Outcome outcome = outcome_of([&] {
        const ScopedEffectiveUser other(user, group);
        if (inside) *inside = made_up.now;
    });
    return outcome.kind == "nothing" ? made_up.now.in_words() : outcome.words;
}

void expect_back(const Credentials& beginning, const Advice& advice) {
    const Ended ended = in_its_own_process([&] {
        MadeUpCredentials made_up(beginning);
        return after_a_scope(made_up);
    });
    expect(ended.how != "exit status 111", "the way back", "works", "the process ended with 111",
           kWayBackOrder);
    expect(ended.said == beginning.in_words(), "who the process is afterwards",
           beginning.in_words(), ended.said.empty() ? ended.how : ended.said, advice);
}

int changes_on_the_way_in() {
    int changes = 0;
    in_its_own_process([] { return std::string(); });
    const Ended ended = in_its_own_process([] {
        MadeUpCredentials made_up(root_with_groups());
        int in = 0;
        outcome_of([&] {
            const ScopedEffectiveUser www(33, 33);
            in = made_up.changes();
        });
        return std::to_string(in);
    });
    for (const char digit : ended.said) changes = changes * 10 + (digit - '0');
    return changes;
}

}  // namespace

TEST_CASE("inside the scope the effective user and group are the others") {
    struct Row {
        Credentials beginning;
        uid_t user;
        gid_t group;
    };
    for (const auto& [beginning, user, group] :
         {Row{root_with_groups(), 33, 33}, Row{set_user_id(), 33, 33},
          Row{root_with_groups(), 0, 33}, Row{root_with_groups(), 33, 0}}) {
        Credentials inside = beginning;
        step(fmt::format("open a scope as user {} with the group {}, from {}", user, group,
                         beginning.in_words()));
        const Ended ended = in_its_own_process([&] {
            MadeUpCredentials made_up(beginning);
            return after_a_scope(made_up, &inside, user, group);
        });
        const bool thrown = ended.said.starts_with("std::system_error");
        expect(!thrown, "the scope", "is opened", ended.said, kOrder);
        // Once more in this process, for what was seen inside; the way back is another case's.
        if (ended.how == "exit status 0") {
            MadeUpCredentials made_up(beginning);
            after_a_scope(made_up, &inside, user, group);
        } else {
            expect(ended.how == "exit status 111", "the scope", "comes to an end", ended.how,
                   kScopePermanent);
            fail("the way back", "works", "the process ended with 111", kWayBackOrder);
        }
        const auto as = [&](bool right, const Advice& advice) {
            Credentials wanted = beginning;
            wanted.user.effective = user;
            wanted.group.effective = group;
            wanted.groups = {group};
            expect(right, "who the process is inside", wanted.in_words(), inside.in_words(),
                   advice);
        };
        as(inside.user.effective == user, kScopeNothing);
        as(inside.group.effective == group, kScopeGroups);
        as(inside.groups == std::vector<gid_t>{group}, kScopeGroups);
        as(inside.user.real == beginning.user.real && inside.user.saved == beginning.user.saved,
           kScopePermanent);
        as(inside.group.real == beginning.group.real && inside.group.saved == beginning.group.saved,
           kScopePermanent);
    }
}

TEST_CASE("the end of the scope brings user and group and groups back") {
    step("open and close a scope, as root with the groups 0, 4 and 27");
    expect_back(root_with_groups(), kScopePermanent);
    step("open and close a scope, in a set-user-ID program of root that user 1000 has started");
    expect_back(set_user_id(), kPrevious);
}

TEST_CASE("none or many supplementary groups come back") {
    step("open and close a scope, as root without supplementary groups");
    expect_back(Credentials::of_root(), kScopeGroupsBack);
    step("open and close a scope, as root with 300 groups");
    Credentials many = Credentials::of_root();
    many.groups.resize(300);
    std::iota(many.groups.begin(), many.groups.end(), 1);
    expect_back(many, kScopeGroupsBack);
}

TEST_CASE("an exception leaves the scope as its end does") {
    step("throw inside a scope");
    const Ended ended = in_its_own_process([] {
        MadeUpCredentials made_up(root_with_groups());
        outcome_of([] {
            const ScopedEffectiveUser www(33, 33);
            throw std::runtime_error("inside");
        });
        return made_up.now.in_words();
    });
    expect(ended.said == root_with_groups().in_words(), "who the process is afterwards",
           root_with_groups().in_words(), ended.said.empty() ? ended.how : ended.said,
           kScopePermanent);
}

TEST_CASE("a scope that cannot be opened has changed nothing") {
    step("count the changes on the way in");
    const int changes = changes_on_the_way_in();
    expect(changes > 0, "changes", "some", "none", kScopeNothing);
    for (int place = 0; place < changes; ++place) {
        step(fmt::format("open a scope while change {} fails", place + 1));
        const Ended ended = in_its_own_process([&] {
            MadeUpCredentials made_up(set_user_id());
            made_up.fail_change(place, EAGAIN);
            bool inside = false;
            const Outcome outcome = outcome_of([&] {
                const ScopedEffectiveUser www(33, 33);
                inside = true;
            });
            if (inside) return std::string("opened");
            if (outcome.kind != "std::system_error" || outcome.error != EAGAIN)
                return outcome.words;
            return made_up.now.in_words();
        });
        expect(ended.said != "opened", "the scope", "is not opened", ended.said, kUnchecked);
        expect(ended.said.empty() || ended.said.starts_with("user"), "what is thrown",
               "std::system_error: Resource temporarily unavailable", ended.said, kOtherError);
        expect(ended.said == set_user_id().in_words(), "who the process is",
               set_user_id().in_words(), ended.said.empty() ? ended.how : ended.said, kHalf);
    }
    step("open a scope as www, who may not");
    const auto open_as_www = [] {
        return outcome_of([] { const ScopedEffectiveUser nobody(65534, 65534); });
    };
    const Ended ended = in_its_own_process([&] {
        MadeUpCredentials made_up(Credentials::of(33, 33));
        return open_as_www().words;
    });
    expect(ended.how == "exit status 0", "the process that may not",
           "std::system_error: Operation not permitted", ended.how, kBackFromNowhere);
    // Once more in this process, which is still there afterwards.
    MadeUpCredentials made_up(Credentials::of(33, 33));
    expect_system_error(open_as_www(), EPERM, kUnchecked);
    expect(made_up.now == Credentials::of(33, 33), "who the process is",
           Credentials::of(33, 33).in_words(), made_up.now.in_words(), kHalf);
}

TEST_CASE("a way back that fails ends the process with 111") {
    step("count the changes on the way in");
    const int in = changes_on_the_way_in();
    const auto expect_the_end = [](const Ended& ended) {
        expect(ended.how != kByExit, "the process", "exit status 111, by _exit()", ended.how,
               kExit);
        expect(ended.how == "exit status 111", "the process", "exit status 111",
               ended.how + (ended.said.empty() ? "" : ", " + ended.said),
               has_another_status(ended) ? kOtherStatus : kWayBackFails);
        expect(!ended.printed.empty(), "what it says on stderr", "why it ends", "nothing", kSilent);
    };
    for (const bool throws : {false, true})
        for (int place = 0; place < 3; ++place) {
            step(fmt::format("{} a scope while change {} of the way back fails",
                             throws ? "throw out of" : "close", place + 1));
            expect_the_end(in_its_own_process([&]() -> std::string {
                MadeUpCredentials made_up(root_with_groups());
                made_up.fail_change(in + place, EAGAIN);
                outcome_of([&] {
                    const ScopedEffectiveUser www(33, 33);
                    if (throws) throw std::runtime_error("inside");
                });
                return made_up.now.in_words();
            }));
        }
    for (int place = 1; place < in; ++place) {
        step(fmt::format("open a scope while change {} fails, and all that come behind it",
                         place + 1));
        expect_the_end(in_its_own_process([&]() -> std::string {
            MadeUpCredentials made_up(root_with_groups());
            made_up.fail_change(place, EAGAIN, 100);
            return outcome_of([] { const ScopedEffectiveUser www(33, 33); }).words;
        }));
    }
}
