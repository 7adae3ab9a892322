#include "slides/server/keeper.hh"

#include <doctest/doctest.h>
#include <signal.h>

#include <map>
#include <string>

#include "lessons/course/process_tree.hh"
#include "slides/server/shown_program.hh"
#include "slides/server/watched_run.hh"

using namespace waymark;
using namespace waymark::slides;
using nlohmann::json;
using test::demo;
using test::Message;
using test::plan;
using test::Watched;

namespace {

bool lives(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

}  // namespace

TEST_CASE("output comes as it is written, colours included, and the end is told in words") {
    Watched run(plan("1-lines"));
    run.to_the_end();
    CHECK(run.output.starts_with("line \x1b[1;32m1\x1b[0m of 3, pid "));
    CHECK(run.output.find("\r") == std::string::npos);
    CHECK(run.ended == "exit status 7");
    CHECK(run.reason.empty());
}

TEST_CASE("a zombie is seen, and leaving ends the daemon that ignores SIGTERM, too") {
    Watched run(plan("2-family"));
    std::map<pid_t, json> seen;
    bool has_zombie = false;
    REQUIRE(run.until([&](const Message& message) {
        if (message.name == "collected") seen.erase(message.data["pid"].get<pid_t>());
        if (message.name != "look") return false;
        for (const json& process : message.data["processes"]) {
            seen[process["pid"].get<pid_t>()] = process;
            has_zombie |= process["state"] == "zombie" && process["exit"] == "exit status 3";
        }
        return has_zombie && seen.size() >= 4;
    }));
    for (const auto& [pid, process] : seen) CHECK(lives(pid));
    run.leave();
    run.wait_for_keeper();
    for (const auto& [pid, process] : seen) CHECK_FALSE(lives(pid));
}

TEST_CASE("a line that is typed reaches the program, and its echo the screen") {
    Watched run(plan("3-echo"));
    run.say("input two words\n");
    run.to_the_end();
    CHECK(run.output == "two words\nyou typed: two words\n");
    CHECK(run.ended == "exit status 0");
}

TEST_CASE("a client runs beside its server, as often as it is asked for") {
    RunPlan both = plan("4-server");
    both.client = demo("5-client");
    Watched run(both);
    for (int call = 0; call < 2; ++call) {
        if (call == 0) REQUIRE(run.until_output("listening"));
        run.say("client");
        INFO(run.output, " | ", run.client_output, " | ", run.ended, " | ", run.reason);
        REQUIRE(run.until([](const Message& message) {
            return message.name == "ended" && message.data["pane"] == 1;
        }));
    }
    CHECK(run.client_output == "the server says: hello\nthe server says: hello\n");
    run.leave();
    run.wait_for_keeper();
}

TEST_CASE("without a client in the plan nobody can ask for one") {
    Watched run(plan("1-lines"));
    run.say("client");
    run.to_the_end();
    CHECK(run.client_output.empty());
}

TEST_CASE("time is limited, also for who ignores SIGTERM") {
    Watched run(plan("6-deaf", std::chrono::milliseconds(1000)));
    run.to_the_end();
    // On a busy machine the second may be over before the program has come to ignore SIGTERM.
    CHECK((run.ended == "killed by signal 9 (Killed)" ||
           (run.output.empty() && run.ended == "killed by signal 15 (Terminated)")));
    CHECK(run.reason == "time limit of 1 s");
}

TEST_CASE("who ignores SIGTERM is killed") {
    Watched run(plan("6-deaf"));
    REQUIRE(run.until_output("deaf"));  // from here on it ignores the signal
    ::kill(run.keeper(), SIGTERM);
    run.to_the_end();
    CHECK(run.output == "deaf\n");
    CHECK(run.ended == "killed by signal 9 (Killed)");
    CHECK(run.reason == "stopped");
}

TEST_CASE("output is limited") {
    Watched run(plan("7-flood"));
    run.to_the_end();
    CHECK(run.reason == "output limit of 256 KB");
    CHECK(run.output.size() < 300 * 1024);
}

TEST_CASE("processes are limited, and none of a hundred is left") {
    Watched run(plan("8-forks"));
    run.to_the_end();
    CHECK(run.reason == "limit of 100 processes");
    CHECK(course::descendants_of(run.keeper()).empty());
}

TEST_CASE("processor time is limited") {
    RunPlan busy = plan("0-spins", std::chrono::seconds(60));
    busy.limits.processor = std::chrono::seconds(1);
    Watched run(busy);
    run.to_the_end();
    CHECK(run.ended == "killed by signal 24 (CPU time limit exceeded)");
}

TEST_CASE("a program that is not there is told like one that failed") {
    Watched run(plan("9-missing"));
    run.to_the_end();
    CHECK(run.output.find("No such file or directory") != std::string::npos);
    CHECK(run.ended == "exit status 111");
}

TEST_CASE("characters are not cut in the middle") {
    CHECK(incomplete_tail("abc") == 0);
    CHECK(incomplete_tail("") == 0);
    CHECK(incomplete_tail("\xe2\x82") == 2);
    CHECK(incomplete_tail("a\xe2") == 1);
    CHECK(incomplete_tail("\xf0\x9f\x92") == 3);
    CHECK(incomplete_tail("\xe2\x82\xac") == 0);
    CHECK(incomplete_tail("\x82\x82\x82\x82") == 0);  // no UTF-8 at all: nothing to wait for
}
