#include "services/receiver_messages.hh"

#include <doctest/doctest.h>

#include <type_traits>

#include "daemon/channel.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

// Neither a cut message nor one with something left over is read.
template <class Value>
void check_bounds(const std::string& message) {
    Value value;
    CHECK(read(message, value));
    for (std::size_t size = 0; size < message.size(); ++size) {
        const bool is_whole = read(message.substr(0, size), value);
        // A list without its last entries is a list.
        if constexpr (std::is_same_v<Value, Kept>) CHECK_FALSE(is_whole);
    }
    CHECK_FALSE(read(message + "x", value));
}

}  // namespace

TEST_CASE("where devices were heard is told in as many messages as it takes") {
    HeardFrom heard_from;
    for (DeviceNumber device = 1; device <= 1000; ++device)
        for (std::uint64_t network = 1; network <= HeardFrom::kNetworks; ++network)
            CHECK(heard_from.add(device, {AF_INET6, 2, network}));
    HeardFrom other;
    for (const std::string& message : write_heard(heard_from.list())) {
        CHECK(message.size() <= daemon::Channel::kMaxMessage);
        CHECK(kind_of(message) == MessageKind::heard);
        std::vector<Heard> part;
        REQUIRE(read(message, part));
        for (const Heard& each : part) CHECK(other.add(each.device, each.network));
    }
    CHECK(other.knows(1000, {AF_INET6, 2, 1}));
    CHECK_FALSE(other.knows(1000, {AF_INET6, 3, 1}));
    // In the same order: the one that was heard longest ago is forgotten first in both.
    CHECK(heard_from.add(7, {AF_INET, 0, 99}));
    CHECK(other.add(7, {AF_INET, 0, 99}));
    CHECK_FALSE(heard_from.knows(7, {AF_INET6, 2, 1}));
    CHECK_FALSE(other.knows(7, {AF_INET6, 2, 1}));
    CHECK(other.knows(7, {AF_INET6, 2, 2}));
    CHECK(write_heard({}).empty());
    check_bounds<std::vector<Heard>>(write_heard({{1, {AF_INET, 0, 5}}}).at(0));
}

TEST_CASE("a question about kept points and its answer come through whole") {
    const AskKept question{7, 3, {std::string(16, 'a'), std::string(16, '\0')}};
    AskKept read_question;
    REQUIRE(read(write(question), read_question));
    CHECK(read_question.id == 7);
    CHECK(read_question.device == 3);
    CHECK(read_question.digests == question.digests);
    check_bounds<AskKept>(write(question));
    Kept answer;
    REQUIRE(read(write(Kept{7, true}), answer));
    CHECK(answer.id == 7);
    CHECK(answer.all);
    check_bounds<Kept>(write(Kept{7, true}));
    // More points than fit are not asked for.
    AskKept large{1, 1, std::vector<std::string>(4000, std::string(16, 'a'))};
    CHECK(write(large).empty());
}
