#include "services/connected_receivers.hh"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "daemon/channel.hh"

using namespace waymark;
using namespace waymark::tracker;
using daemon::Channel;

namespace {

std::vector<std::string> all_at(Channel& channel) {
    std::vector<std::string> messages;
    for (Channel::Received received = channel.receive(); received.result == Channel::Result::done;
         received = channel.receive())
        messages.emplace_back(received.message);
    return messages;
}

struct Connected {
    net::EventLoop loop;
    ConnectedReceivers receivers{loop};
    std::vector<std::string> heard;  // "NUMBER MESSAGE"

    Channel connect(std::uint16_t number) {
        auto [ours, theirs] = daemon::make_channel();
        receivers.connect(number, std::move(ours),
                          [this](ConnectedReceivers::Receiver& it, std::string_view message) {
                              heard.push_back(std::to_string(it.number) + " " +
                                              std::string(message));
                              loop.stop();
                          });
        return std::move(theirs);
    }
};

using Messages = std::vector<std::string>;

}  // namespace

TEST_CASE("a message reaches the one it is for, all others, or all") {
    Connected tested;
    Channel first = tested.connect(1), second = tested.connect(2), third = tested.connect(3);
    tested.receivers.send(ToWhom::it, 2, "you");
    tested.receivers.send(ToWhom::others, 2, "they");
    tested.receivers.send_to_all("all");
    tested.receivers.send(ToWhom::it, 9, "nobody");
    CHECK(all_at(first) == Messages{"they", "all"});
    CHECK(all_at(second) == Messages{"you", "all"});
    CHECK(all_at(third) == Messages{"they", "all"});
}

TEST_CASE("what comes is told with who sent it, and who comes again replaces the one before") {
    Connected tested;
    Channel before = tested.connect(7);
    Channel now = tested.connect(7);
    CHECK(before.receive().result == Channel::Result::closed);
    REQUIRE(now.send("here") == Channel::Result::done);
    tested.loop.run();
    CHECK(tested.heard == Messages{"7 here"});
    tested.receivers.send_to_all("once");
    CHECK(all_at(now) == Messages{"once"});
}

TEST_CASE("each whose batch was in the transaction is answered once, and nobody else") {
    Connected tested;
    Channel asked = tested.connect(1), quiet = tested.connect(2);
    for (const auto& receiver : tested.receivers)
        if (receiver->number == 1) receiver->to_answer = 42;
    CommitResult failed;
    failed.reason = "disk full";
    tested.receivers.answer(failed);
    tested.receivers.answer(failed);
    const Messages answers = all_at(asked);
    REQUIRE(answers.size() == 1);
    Answer answer;
    REQUIRE(read(answers[0], answer));
    CHECK(answer.ticket == 42);
    CHECK_FALSE(answer.durable);
    CHECK(answer.reason == "disk full");
    CHECK(all_at(quiet).empty());
}
