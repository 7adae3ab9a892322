#include "services/messages.hh"

#include <doctest/doctest.h>

#include <memory>

#include "daemon/channel.hh"

using namespace waymark::tracker;

namespace {

Fix full_fix() {
    Fix fix;
    fix.device = 7;
    fix.time_ms = 1'718'445'000'123;
    fix.latitude_e7 = -481'371'540;
    fix.longitude_e7 = 1'799'999'999;
    fix.altitude_m = 519.5F;
    fix.speed_mps = 13.9F;
    fix.course_deg = 182.5F;
    fix.accuracy_m = 4.8F;
    fix.battery_percent = 87.0F;
    fix.valid = false;
    fix.source = Source::osmand;
    fix.extras = R"({"event":"sos"})";
    return fix;
}

void check_same(const Fix& a, const Fix& b) {
    CHECK(a.device == b.device);
    CHECK(a.time_ms == b.time_ms);
    CHECK(a.latitude_e7 == b.latitude_e7);
    CHECK(a.longitude_e7 == b.longitude_e7);
    CHECK(a.altitude_m == b.altitude_m);
    CHECK(a.speed_mps == b.speed_mps);
    CHECK(a.course_deg == b.course_deg);
    CHECK(a.accuracy_m == b.accuracy_m);
    CHECK(a.battery_percent == b.battery_percent);
    CHECK(a.valid == b.valid);
    CHECK(a.source == b.source);
    CHECK(a.extras == b.extras);
}

std::string batch_of_all_kinds() {
    std::string message;
    BatchWriter::begin(message, 42);
    BatchWriter writer(message);
    REQUIRE(writer.add(full_fix()));
    REQUIRE(writer.add(Fix{}));
    REQUIRE(writer.add(Quarantined{3, 1, "not_finite", Source::traccar, std::string("a\0b", 3)}));
    REQUIRE(writer.add(Heartbeat{5, 55.0F}));
    return message;
}

}  // namespace

TEST_CASE("a batch arrives as it was sent") {
    const std::string message = batch_of_all_kinds();
    CHECK(kind_of(message) == MessageKind::batch);
    Batch batch;
    REQUIRE(read(message, batch));
    CHECK(batch.ticket == 42);
    REQUIRE(batch.items.size() == 4);
    check_same(std::get<Fix>(batch.items[0]), full_fix());
    check_same(std::get<Fix>(batch.items[1]), Fix{});
    const Quarantined& quarantined = std::get<Quarantined>(batch.items[2]);
    CHECK(quarantined.reason == "not_finite");
    CHECK(quarantined.raw == std::string("a\0b", 3));
    CHECK(std::get<Heartbeat>(batch.items[3]).battery_percent == 55.0F);
}

TEST_CASE("a message cut at any place is refused, and one with a byte too many") {
    const std::string message = batch_of_all_kinds();
    Batch whole;
    REQUIRE(read(message, whole));
    for (std::size_t size = 0; size < message.size(); ++size) {
        Batch batch;
        const bool accepted = read(std::string_view(message).substr(0, size), batch);
        // A cut between two items is a shorter batch; every other cut is seen.
        CHECK((!accepted || batch.items.size() < whole.items.size()));
    }
    Batch batch;
    CHECK_FALSE(read(message + "x", batch));
}

TEST_CASE("a length that points past the end is refused") {
    std::string message = batch_of_all_kinds();
    for (std::size_t i = 9; i + 4 <= message.size(); ++i) {
        std::string broken = message;
        broken.replace(i, 4, "\xff\xff\xff\xff");
        Batch batch;
        read(broken, batch);  // the address sanitizer is the judge
    }
    CHECK(read(message, *std::make_unique<Batch>()));
}

TEST_CASE("a batch takes what fits and refuses the rest whole") {
    std::string message;
    BatchWriter::begin(message, 1);
    BatchWriter writer(message);
    std::size_t added = 0;
    while (writer.add(full_fix())) ++added;
    CHECK(added > 500);
    CHECK(message.size() <= waymark::daemon::Channel::kMaxMessage);
    Batch batch;
    REQUIRE(read(message, batch));
    CHECK(batch.items.size() == added);
}

TEST_CASE("quarantine keeps a bounded part of what was sent") {
    std::string message;
    BatchWriter::begin(message, 1);
    BatchWriter writer(message);
    REQUIRE(writer.add(Quarantined{1, 0, "x", Source::unknown, std::string(1'000'000, 'r')}));
    Batch batch;
    REQUIRE(read(message, batch));
    CHECK(std::get<Quarantined>(batch.items[0]).raw.size() == kMaximumRaw);
}

TEST_CASE("a large commit is announced in several messages, in order and whole") {
    std::vector<Fix> fixes;
    for (int i = 0; i < 5000; ++i) {
        fixes.push_back(full_fix());
        fixes.back().time_ms = i;
    }
    const std::vector<std::string> messages = write_stored(9, fixes);
    CHECK(messages.size() > 1);
    int next = 0;
    for (const std::string& message : messages) {
        CHECK(message.size() <= waymark::daemon::Channel::kMaxMessage);
        Stored stored;
        REQUIRE(read(message, stored));
        CHECK(stored.sequence == 9);
        for (const Fix& fix : stored.fixes) CHECK(fix.time_ms == next++);
    }
    CHECK(next == 5000);
}

TEST_CASE("answers, peers and texts arrive as they were sent") {
    Answer answer;
    REQUIRE(read(write(Answer{8, false, "disk full"}), answer));
    CHECK(answer.ticket == 8);
    CHECK_FALSE(answer.durable);
    CHECK(answer.reason == "disk full");
    Peer peer;
    REQUIRE(read(write(Peer{ServiceKind::receiver, 3}), peer));
    CHECK(peer.kind == ServiceKind::receiver);
    CHECK(peer.number == 3);
    CHECK(text_of(write_text(MessageKind::settings, "a=b")) == "a=b");
    CHECK(kind_of(write_empty(MessageKind::stop)) == MessageKind::stop);
    CHECK(text_of("") == "");
}

TEST_CASE("whether the quarantine takes more arrives as it was sent, and not when it is cut") {
    Room room;
    REQUIRE(read(write(Room{false}), room));
    CHECK_FALSE(room.left);
    for (const std::string_view cut : {"", "x"}) CHECK_FALSE(read(cut, room));
    CHECK_FALSE(read(write(Room{true}) + "x", room));
}
