#include "services/hook_messages.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace waymark::tracker;

TEST_CASE("a post and what came of it are read as they were written, and not if they are cut") {
    const HookPost post{7, 3, "https://x.example/", std::string("\0key", 4), "event-7-a", "{}"};
    const std::string message = write(post);
    CHECK(kind_of(message) == MessageKind::post);
    HookPost read_post;
    REQUIRE(read(message, read_post));
    CHECK(read_post.number == 7);
    CHECK(read_post.hook == 3);
    CHECK(read_post.url == post.url);
    CHECK(read_post.secret == post.secret);
    CHECK(read_post.id == post.id);
    CHECK(read_post.body == post.body);
    const std::string answer = write(HookAnswer{7, true, "status 204"});
    CHECK(kind_of(answer) == MessageKind::posted);
    HookAnswer read_answer;
    REQUIRE(read(answer, read_answer));
    CHECK(read_answer.post == 7);
    CHECK(read_answer.is_taken);
    CHECK(read_answer.said == "status 204");
    for (std::size_t size = 1; size < message.size(); ++size)
        CHECK_FALSE(read(message.substr(0, size), read_post));
    for (std::size_t size = 1; size < answer.size(); ++size)
        CHECK_FALSE(read(answer.substr(0, size), read_answer));
    CHECK_FALSE(read(message + "x", read_post));
}

TEST_CASE("of whom there is news is told once each, in as many messages as it takes") {
    CHECK(write_passages({}).empty());
    std::vector<PlaceEvent> events;
    for (DeviceNumber device = 25'000; device > 0; --device)
        for (int i = 0; i < 2; ++i) events.push_back({.device = device, .place_name = {}});
    std::vector<DeviceNumber> all;
    const std::vector<std::string> messages = write_passages(events);
    CHECK(messages.size() == 3);
    for (const std::string& message : messages) {
        CHECK(kind_of(message) == MessageKind::passages);
        std::vector<DeviceNumber> some;
        REQUIRE(read(message, some));
        all.insert(all.end(), some.begin(), some.end());
    }
    REQUIRE(all.size() == 25'000);
    CHECK(all.front() == 1);
    CHECK(all.back() == 25'000);
    std::vector<DeviceNumber> some;
    CHECK_FALSE(read(messages[0].substr(0, messages[0].size() - 1), some));
}
