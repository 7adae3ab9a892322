#include "services/web_app_talk.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "daemon/folder_under_test.hh"
#include "services/refusal_messages.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;
using namespace waymark::daemon;

namespace {

// The store's end, and a web app that is this test.
struct Talk {
    TemporaryFolder folder;
    std::string path = made(folder.file("waymark.db"));
    waymark::net::EventLoop loop;
    Store store{path};
    WebAppTalk talk{loop, store, {[] {}, [] {}}};

    static std::string made(const std::string& path) {
        open_for_writing(path);
        return path;
    }
    // The cases of all messages that are there.
    static std::vector<RefusalCase> refused_at(Channel& channel) {
        std::vector<RefusalCase> all, part;
        for (Channel::Received received = channel.receive();
             received.result == Channel::Result::done; received = channel.receive()) {
            REQUIRE(kind_of(received.message) == MessageKind::refused);
            REQUIRE(read(received.message, part));
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }
    static std::vector<MessageKind> kinds_at(Channel& channel) {
        std::vector<MessageKind> kinds;
        for (Channel::Received received = channel.receive();
             received.result == Channel::Result::done; received = channel.receive())
            kinds.push_back(kind_of(received.message));
        return kinds;
    }
    void say(const std::string& called) {
        RefusalCase refused;
        refused.reason = "unknown_device";
        refused.called = called;
        refused.count = 1;
        for (const std::string& message : write_refused({refused})) talk.pass_on_refused(message);
    }
};

}  // namespace

TEST_CASE("a web app hears whom receivers refused, and one that starts anew hears it again") {
    Talk tested;
    tested.say("before");
    ChannelPair first = make_channel();
    tested.talk.meet(std::move(first.first));
    CHECK(Talk::refused_at(first.second).at(0).called == "before");
    tested.say("later");
    tested.say("later");
    CHECK(Talk::refused_at(first.second).size() == 2);
    ChannelPair second = make_channel();
    tested.talk.meet(std::move(second.first));
    const std::vector<RefusalCase> again = Talk::refused_at(second.second);
    REQUIRE(again.size() == 2);
    CHECK(again[0].called == "later");
    CHECK(again[0].count == 2);
    CHECK(again[1].called == "before");
}

TEST_CASE("what is kept for a new web app is bounded, and nonsense is passed over") {
    Talk tested;
    tested.talk.pass_on_refused("nonsense");
    for (int i = 0; i < 1000; ++i) tested.say("guess-" + std::to_string(i));
    ChannelPair pair = make_channel();
    tested.talk.meet(std::move(pair.first));
    CHECK(Talk::refused_at(pair.second).size() == WebAppTalk::kMostRefused);
}

// The next fix may come in a week; until then a page would show what was hidden.
TEST_CASE("what is not stored any more is told at once, with the commit from which to go on") {
    Talk tested;
    ChannelPair pair = make_channel();
    tested.talk.meet(std::move(pair.first));
    tested.talk.announce_missed();
    CHECK(Talk::kinds_at(pair.second).empty());  // nobody listens
    pair.second.send(write(Listen{true}));
    while (!tested.talk.listens()) tested.loop.run_once();
    CHECK(Talk::kinds_at(pair.second) == std::vector{MessageKind::stored});
    tested.talk.announce_missed();
    CHECK(Talk::kinds_at(pair.second) == std::vector{MessageKind::missed, MessageKind::stored});
}
