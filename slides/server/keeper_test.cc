#include "slides/server/keeper.hh"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/channel.hh"
#include "daemon/deadline.hh"
#include "lessons/course/process_tree.hh"
#include "slides/server/shown_program.hh"

using namespace waymark;
using namespace waymark::slides;
using daemon::Channel;
using daemon::Deadline;
using nlohmann::json;

namespace {

// One of the programs of tests/slides/course, which say what they do in their names.
DemoEntry demo(const std::string& name) {
    DemoEntry entry;
    entry.name = name;
    entry.program = std::string(DEMOS) + "/" + name;
    return entry;
}

RunPlan plan(const std::string& name, std::chrono::milliseconds time = std::chrono::seconds(30)) {
    RunPlan plan{.demo = demo(name), .client = {}, .limits = {}};
    plan.limits.time = time;
    return plan;
}

struct Message {
    std::string name;
    json data;
};

// A run as whoever has asked for it sees it.
class Watched {
  public:
    explicit Watched(const RunPlan& plan)
        : keeper_(start_keeper(keepers_, plan)), channel_(std::move(keeper_.channel)) {}

    // The next message; nothing at the end. A run that says nothing for a minute has failed.
    std::optional<Message> next() {
        const Deadline deadline = Deadline::after(std::chrono::seconds(60));
        while (!deadline.expired()) {
            const Channel::Received received = channel_.receive();
            if (received.result == Channel::Result::closed) return std::nullopt;
            if (received.result == Channel::Result::done) return note(received.message);
            pollfd readable{channel_.fd().get(), POLLIN, 0};
            ::poll(&readable, 1, deadline.poll_timeout());
        }
        FAIL("the keeper says nothing");
        return std::nullopt;
    }

    // Goes on until a message is as wanted; false if there is none.
    bool until(const std::function<bool(const Message&)>& wanted) {
        while (const std::optional<Message> message = next())
            if (wanted(*message)) return true;
        return false;
    }
    bool until_output(std::string_view text) {
        return until([&](const Message&) { return output.find(text) != std::string::npos; });
    }
    void to_the_end() {
        while (next()) {
        }
    }

    void say(std::string_view text) { channel_.send(text); }
    void leave() { channel_.close(); }
    void wait_for_keeper() {
        while (!keepers_.empty()) {
            keepers_.reap();
            ::poll(nullptr, 0, 5);
        }
    }
    pid_t keeper() const { return keeper_.pid; }

    std::string output;
    std::string client_output;
    std::string ended;   // how the demo ended
    std::string reason;  // why the run did

  private:
    Message note(std::string_view text) {
        const std::size_t end = text.find('\n');
        Message message{std::string(text.substr(0, end)), json::parse(text.substr(end + 1))};
        if (message.name == "output")
            (message.data["pane"] == 0 ? output : client_output) += message.data["text"];
        if (message.name == "ended" && message.data["pane"] == 0) ended = message.data["words"];
        if (message.name == "finished") reason = message.data["reason"];
        return message;
    }

    course::ChildGroup keepers_;
    KeeperProcess keeper_;
    Channel channel_;
};

bool lives(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

bool has_zombie(const Message& message) {
    if (message.name != "tree") return false;
    for (const json& process : message.data["processes"])
        if (process["state"] == "zombie" && process["name"] == "2-family") return true;
    return false;
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
    std::vector<pid_t> pids;
    REQUIRE(run.until([&](const Message& message) {
        if (!has_zombie(message) || message.data["processes"].size() < 4) return false;
        for (const json& process : message.data["processes"]) pids.push_back(process["pid"]);
        return true;
    }));
    for (const pid_t pid : pids) CHECK(lives(pid));
    run.leave();
    run.wait_for_keeper();
    for (const pid_t pid : pids) CHECK_FALSE(lives(pid));
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
