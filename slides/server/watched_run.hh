// For the tests: a run of one of the programs of tests/slides/course, as whoever has asked for it
// sees it.

#pragma once

#include <doctest/doctest.h>
#include <poll.h>

#include <csignal>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/channel.hh"
#include "daemon/deadline.hh"
#include "lessons/course/child_group.hh"
#include "slides/server/keeper.hh"

namespace waymark::slides::test {

using daemon::Channel;
using daemon::Deadline;
using nlohmann::json;

// One of the programs of tests/slides/course, which say what they do in their names.
inline DemoEntry demo(const std::string& name) {
    DemoEntry entry;
    entry.name = name;
    entry.program = std::string(DEMOS) + "/" + name;
    return entry;
}

inline RunPlan plan(const std::string& name, std::chrono::milliseconds time = std::chrono::seconds(30)) {
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
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    // The keeper ends the run. Who ends the keeper before leaves the run behind.
    ~Watched() {
        leave();
        wait_for_keeper();
    }

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
    // Ends it, and hears all that is said until then.
    void stop() {
        ::kill(keeper_.pid, SIGTERM);
        to_the_end();
    }
    void leave() { channel_.close(); }
    void wait_for_keeper() {
        while (!keepers_.empty()) {
            keepers_.reap();
            ::poll(nullptr, 0, 5);
        }
    }
    pid_t keeper() const { return keeper_.pid; }

    // All that was said so far of one kind.
    std::vector<json> all(std::string_view name) const {
        std::vector<json> found;
        for (const Message& message : messages)
            if (message.name == name) found.push_back(message.data);
        return found;
    }

    std::vector<Message> messages;
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
        messages.push_back(message);
        return message;
    }

    course::ChildGroup keepers_;
    KeeperProcess keeper_;
    Channel channel_;
};

}  // namespace waymark::slides::test
