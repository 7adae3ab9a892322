// The parent of who drops its rights, in lesson 14.

#include <doctest/doctest.h>

#include "seen.hh"

using namespace waymark::course::check;

namespace {

constexpr pid_t kSubreaper = 77;

Credentials root_with_signal(int signal) {
    Credentials root = root_with_groups();
    root.parent_death_signal = signal;
    return root;
}

// As nobody whose parent is gone by then.
void expect_end(const Ended& ended) {
    expect(ended.how != kByExit, "the process whose parent has died", "exit status 111, by _exit()",
           ended.how, kExit);
    const bool thrown = ended.said.find("exception") != std::string::npos ||
                        ended.said.starts_with("std::system_error");
    expect(ended.how == "exit status 111", "the process whose parent has died", "exit status 111",
           ended.how + (ended.said.empty() ? "" : ", " + ended.said),
           thrown                      ? kThrownEnd
           : has_another_status(ended) ? kOtherStatus
                                       : kOrphan);
}

}  // namespace

TEST_CASE("the parent-death signal is kept") {
    for (const int signal : {10, 15, 0}) {
        MadeUpCredentials made_up(root_with_signal(signal));
        step(fmt::format("become nobody with the parent-death signal {}", signal));
        expect_dropped(drop("nobody"), kNoOrphan);
        expect_equal(made_up.now.parent_death_signal, signal, "the parent-death signal",
                     kDeathSignal);
    }
    MadeUpCredentials made_up(root_with_signal(10));
    step("become root with the group adm, with the parent-death signal 10");
    expect_dropped(drop("root", "adm"), kNoOrphan);
    expect_equal(made_up.now.parent_death_signal, 10, "the parent-death signal", kDeathSignal);
}

TEST_CASE("whose parent dies on the way ends with 111") {
    int changes = 0;
    {
        MadeUpCredentials made_up(root_with_signal(15));
        step("count the changes that a drop makes");
        expect_dropped(drop("nobody"), kNoOrphan);
        changes = made_up.changes();
    }
    for (int place = 0; place + 1 < changes; ++place) {
        step(fmt::format("become nobody, and the parent dies before change {}", place + 1));
        const Ended ended = in_its_own_process([&] {
            MadeUpCredentials made_up(root_with_signal(15));
            bool cleared = false;
            made_up.before_change = [&] {
                if (made_up.changes() == place + 1) made_up.parent = kSubreaper;
            };
            made_up.after_change = [&](Credentials& now) {
                cleared = cleared || now.parent_death_signal == 0;
            };
            const Outcome outcome = drop("nobody");
            // Before the signal is cleared the kernel would have sent it.
            return outcome.kind == "nothing" ? std::string("it went on") : outcome.words;
        });
        expect_end(ended);
    }
}

TEST_CASE("whose parent dies before the signal is set again ends with 111") {
    step("become nobody, and the parent dies right before PR_SET_PDEATHSIG takes effect");
    const Ended ended = in_its_own_process([] {
        MadeUpCredentials made_up(root_with_signal(15));
        made_up.before_death_signal = [&] { made_up.parent = kSubreaper; };
        const Outcome outcome = drop("nobody");
        return outcome.kind == "nothing" ? std::string("it went on") : outcome.words;
    });
    expect_end(ended);
}

TEST_CASE("who is no orphan goes on") {
    const auto expect_goes_on = [](int signal, pid_t parent, pid_t later) {
        const Ended ended = in_its_own_process([&] {
            MadeUpCredentials made_up(root_with_signal(signal));
            made_up.parent = parent;
            made_up.before_change = [&] { made_up.parent = later; };
            return drop("nobody").words;
        });
        expect(ended.said == "nothing thrown", "the process", "goes on",
               ended.how + ", " + ended.said, kNoOrphan);
    };
    step("become nobody as a child of process 1, with a parent-death signal");
    expect_goes_on(15, 1, 1);
    step("become nobody as a child of process 0, as in a namespace of its own");
    expect_goes_on(15, 0, 0);
    step("become nobody without a parent-death signal, and the parent dies");
    expect_goes_on(0, 1000, kSubreaper);
    step("become nobody with a parent-death signal; a child of this process does the same");
    const Ended ended = in_its_own_process([] {
        MadeUpCredentials made_up(root_with_signal(15));
        const Outcome first = drop("nobody");
        if (first.kind != "nothing") return first.words;
        made_up.now = root_with_signal(15);
        made_up.parent = 2000;
        return drop("nobody").words;
    });
    expect(ended.said == "nothing thrown", "the child", "goes on", ended.how + ", " + ended.said,
           kNoOrphan);
}
