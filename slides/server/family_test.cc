// What a run's stream says of its processes.

#include "slides/server/family.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "daemon/error.hh"
#include "slides/server/watched_run.hh"

using namespace waymark;
using namespace waymark::slides;
using nlohmann::json;
using test::Message;
using test::plan;
using test::Watched;

namespace {

RunPlan plan_that_shows(const std::string& name, std::string_view facts) {
    RunPlan wanted = plan(name);
    wanted.shown = parse_shown_facts(facts);
    return wanted;
}

// Goes on until a look has a process of which `wanted` is true.
bool until_process(Watched& run, const std::function<bool(const json&)>& wanted) {
    return run.until([&](const Message& message) {
        return message.name == "look" &&
               std::ranges::any_of(message.data["processes"], wanted);
    });
}

bool holds(const json& list, std::string_view word) {
    return std::ranges::any_of(list, [&](const json& each) { return each == word; });
}

}  // namespace

TEST_CASE("of children that live for a moment each is told, where the kernel tells it") {
    Watched run(plan("a-brief"));
    run.to_the_end();
    REQUIRE(run.all("source").size() == 1);
    if (run.all("source")[0]["events"] != "kernel") {
        MESSAGE("SKIP: each fork: perf_event_open is refused here");
        return;
    }
    const json demo = run.all("fork").at(0)["pid"];
    std::set<json> children, ended, collected;
    for (const json& each : run.all("fork"))
        if (each["parent"] == demo) children.insert(each["pid"]);
    for (const json& each : run.all("exit")) ended.insert(each["pid"]);
    for (const json& each : run.all("collected")) collected.insert(each["pid"]);
    CHECK(children.size() == 200);
    CHECK(std::ranges::includes(ended, children));
    CHECK(std::ranges::includes(collected, children));
    CHECK(run.all("missed").empty());
}

TEST_CASE("a process is forked before it is looked at, and ends before it is collected") {
    for (const bool ask_kernel : {true, false}) {
        CAPTURE(ask_kernel);
        RunPlan family = plan("2-family");
        family.ask_kernel = ask_kernel;
        Watched run(family);
        REQUIRE(until_process(run, [](const json& each) { return each["state"] == "zombie"; }));
        run.stop();
        std::map<json, std::string> life;
        for (const Message& message : run.messages) {
            if (message.name == "fork") life[message.data["pid"]] += "f";
            if (message.name == "exit") life[message.data["pid"]] += "e";
            if (message.name == "collected") life[message.data["pid"]] += "c";
            if (message.name != "look") continue;
            for (const json& process : message.data["processes"]) life[process["pid"]] += "l";
        }
        CHECK(life.size() >= 3);
        for (const auto& [pid, letters] : life) {
            CHECK(letters.starts_with("f"));
            CHECK(std::ranges::count(letters, 'f') == 1);
            CHECK(std::ranges::count(letters, 'e') <= 1);
            if (letters.find('c') != letters.npos) CHECK(letters.find('e') < letters.find('c'));
        }
    }
}

TEST_CASE("where the kernel does not tell, it is said, and who lives on is found by looking") {
    RunPlan family = plan("2-family");
    family.ask_kernel = false;
    Watched run(family);
    std::set<json> found;
    REQUIRE(run.until([&](const Message& message) {
        if (message.name == "fork") found.insert(message.data["pid"]);
        return found.size() == 4;  // the program, two zombies, and the one that left the terminal
    }));
    CHECK(run.all("source").at(0)["events"] == "looks");
}

TEST_CASE("the time of an event is that since the start of the run, in order of looks") {
    Watched run(plan("1-lines"));
    run.to_the_end();
    double last = 0;
    for (const json& each : run.all("output")) {
        CHECK(each["at"].get<double>() >= last);
        last = each["at"].get<double>();
    }
    CHECK(run.all("finished").at(0)["at"].get<double>() >= last);
}

TEST_CASE("signals: what is ignored, caught, blocked and pending") {
    Watched run(plan_that_shows("6-deaf", "signals"));
    CHECK(until_process(run, [](const json& process) {
        return process.contains("signals") && holds(process["signals"]["ignored"], "TERM") &&
               !holds(process["signals"]["ignored"], "HUP");
    }));
    run.leave();
    Watched blocked(plan_that_shows("c-blocks", "signals"));
    CHECK(until_process(blocked, [](const json& process) {
        return process.contains("signals") && holds(process["signals"]["pending"], "USR1") &&
               holds(process["signals"]["blocked"], "USR1") &&
               holds(process["signals"]["caught"], "USR1");
    }));
}

TEST_CASE("session: who has a terminal and who has left it") {
    Watched run(plan_that_shows("2-family", "session"));
    bool has_terminal = false;
    CHECK(until_process(run, [&](const json& process) {
        if (!process.contains("session")) return false;
        const json& session = process["session"];
        has_terminal |= session["terminal"].get<std::string>().starts_with("pts/") &&
                        session["foreground"].get<bool>();
        return has_terminal && session["terminal"] == "none" &&
               session["session"] == process["pid"];
    }));
}

TEST_CASE("descriptors and threads: a server that waits in accept has its socket and says so") {
    Watched run(plan_that_shows("4-server", "descriptors, threads"));
    CHECK(until_process(run, [](const json& process) {
        return process.contains("doing") && process["doing"].size() == 1 &&
               process["doing"][0]["does"].get<std::string>().starts_with("waits in accept") &&
               std::ranges::any_of(process["descriptors"], [](const json& descriptor) {
                   return descriptor["what"].get<std::string>().starts_with("socket:") &&
                          descriptor["way"] == "rw";
               });
    }));
}

TEST_CASE("facts that nobody has chosen are not told, and none but known ones can be") {
    Watched run(plan("6-deaf", std::chrono::milliseconds(1000)));
    run.to_the_end();
    for (const json& each : run.all("look"))
        for (const json& process : each["processes"])
            for (const char* fact : {"signals", "session", "doing", "descriptors"})
                CHECK_FALSE(process.contains(fact));
    CHECK(parse_shown_facts(" ,").empty());
    CHECK_THROWS_AS(parse_shown_facts("signals, weather"), daemon::UsageError);
}

TEST_CASE("a program stops at the end of a step until Next") {
    Watched run(plan("b-steps"));
    const auto is_step = [](const Message& message) { return message.name == "step"; };
    REQUIRE(run.until(is_step));
    CHECK(run.output == "1. before\n");
    run.say("next");
    REQUIRE(run.until(is_step));
    CHECK(run.output == "1. before\n2. after\n");
    run.say("next");
    run.to_the_end();
    CHECK(run.ended == "exit status 0");
    CHECK(run.all("step").size() == 2);
    CHECK(run.all("next").size() == 2);
}

TEST_CASE("while a step is looked at, the time of the run does not pass") {
    RunPlan slow = plan("b-steps", std::chrono::seconds(5));
    slow.step_time = std::chrono::seconds(6);
    Watched run(slow);
    run.to_the_end();
    CHECK(run.reason.empty());
    CHECK(run.ended == "exit status 0");
}

TEST_CASE("in a recording a step ends by itself, and who leaves ends also who waits") {
    RunPlan recorded = plan("b-steps");
    recorded.step_time = std::chrono::milliseconds(1);
    Watched run(recorded);
    run.to_the_end();
    CHECK(run.ended == "exit status 0");
    CHECK(run.all("step").size() == 2);
    Watched left(plan("b-steps"));
    REQUIRE(left.until([](const Message& message) { return message.name == "step"; }));
}
