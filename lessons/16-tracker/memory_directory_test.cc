#include "memory_directory.hh"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace waymark::tracker;

namespace {

DirectoryEntry van() {
    return {{7, SpeedUnit::kmh}, hash_token("tok-van-7"), {"123456", "van"}};
}

using Result = DirectoryUnpacker::Result;

}  // namespace

TEST_CASE("a device is found by each identifier and by its token") {
    MemoryDirectory directory;
    directory.add(van());
    CHECK(directory.by_identifier("123456")->number == 7);
    CHECK(directory.by_identifier("van")->speed_unit == SpeedUnit::kmh);
    CHECK(directory.by_token("tok-van-7")->number == 7);
    CHECK_FALSE(directory.by_identifier("12345"));
    CHECK_FALSE(directory.by_identifier("tok-van-7"));
    CHECK_FALSE(directory.by_token("123456"));
    CHECK_FALSE(directory.by_token(""));
}

TEST_CASE("a directory of many devices travels in parts and arrives whole") {
    std::vector<DirectoryEntry> entries;
    for (DeviceNumber number = 1; number <= 500; ++number) {
        const std::string name = "device-" + std::to_string(number);
        entries.push_back({{number, SpeedUnit::mps}, hash_token("token-of-" + name), {name}});
    }
    entries.push_back({{501, SpeedUnit::protocol_default}, std::nullopt, {}});
    const std::vector<std::string> parts = pack_directory(entries, 1024);
    CHECK(parts.size() > 10);
    DirectoryUnpacker unpacker;
    for (const std::string& part : parts) {
        CHECK(part.size() <= 1024);
        CHECK(unpacker.add(part) == (&part == &parts.back() ? Result::complete : Result::more));
    }
    const MemoryDirectory directory = unpacker.take();
    CHECK(directory.size() == 501);
    CHECK(directory.by_identifier("device-250")->number == 250);
    CHECK(directory.by_token("token-of-device-500")->number == 500);
}

TEST_CASE("a device with more identifiers than a part holds travels in several") {
    DirectoryEntry many{{1, SpeedUnit::mps}, hash_token("token"), {}};
    for (int i = 0; i < 600; ++i)
        many.identifiers.push_back(std::to_string(i) + std::string(120, 'x'));
    many.identifiers.insert(many.identifiers.begin() + 300, std::string(70'000, 'y'));
    const DirectoryEntry next{{2, SpeedUnit::kmh}, std::nullopt, {"next"}};
    const std::vector<std::string> parts = pack_directory({many, next});
    CHECK(parts.size() == 2);
    DirectoryUnpacker unpacker;
    for (const std::string& part : parts) {
        CHECK(part.size() <= 60 * 1024);
        CHECK(unpacker.add(part) == (&part == &parts.back() ? Result::complete : Result::more));
    }
    const MemoryDirectory directory = unpacker.take();
    CHECK(directory.size() == 2);
    for (std::size_t i = 0; i < many.identifiers.size(); ++i)
        CHECK(directory.by_identifier(many.identifiers[i]).has_value() == (i != 300));
    CHECK(directory.by_token("token")->number == 1);
    CHECK(directory.by_identifier("next")->number == 2);
}

TEST_CASE("an empty directory is a part too") {
    const std::vector<std::string> parts = pack_directory({});
    REQUIRE(parts.size() == 1);
    DirectoryUnpacker unpacker;
    CHECK(unpacker.add(parts[0]) == Result::complete);
    CHECK(unpacker.take().size() == 0);
}

TEST_CASE("a part that is cut anywhere is malformed, and the next first part starts anew") {
    const std::string whole = pack_directory({van()})[0];
    DirectoryUnpacker unpacker;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const std::string cut = whole.substr(0, length);
        // Cut after the header it is a directory without entries.
        CHECK(unpacker.add(cut) == (length == 8 ? Result::complete : Result::malformed));
    }
    CHECK(unpacker.add(whole) == Result::complete);
    CHECK(unpacker.take().size() == 1);
}

TEST_CASE("parts out of order are malformed") {
    std::vector<DirectoryEntry> entries(100, van());
    const std::vector<std::string> parts = pack_directory(entries, 1024);
    REQUIRE(parts.size() > 3);
    DirectoryUnpacker unpacker;
    CHECK(unpacker.add(parts[1]) == Result::malformed);
    CHECK(unpacker.add(parts[0]) == Result::more);
    CHECK(unpacker.add(parts[2]) == Result::malformed);
    CHECK(unpacker.add(parts[1]) == Result::malformed);
    CHECK(unpacker.add(parts[0]) == Result::more);
    CHECK(unpacker.add(parts[1]) == Result::more);
}

TEST_CASE("names, keys and friends travel, and places are kept beside them") {
    DirectoryEntry bob{{2, SpeedUnit::protocol_default}, hash_token("bob"), {}, "bob/tablet"};
    DirectoryEntry alice{{1, SpeedUnit::protocol_default}, hash_token("alice"), {}, "alice"};
    alice.box_key.emplace().fill(7);
    alice.friends = {2, 3};
    DirectoryUnpacker unpacker;
    for (const std::string& part : pack_directory({alice, bob}))
        CHECK(unpacker.add(part) == Result::complete);
    MemoryDirectory directory = unpacker.take();
    CHECK(directory.box_key(1) == alice.box_key);
    CHECK_FALSE(directory.box_key(2));
    CHECK(directory.by_number(2)->number == 2);
    CHECK_FALSE(directory.by_number(3));
    CHECK(directory.friends_of(1).empty());

    directory.note_place({2, 2000, 10, 20, {}});
    directory.note_place({2, 1000, 30, 40, {}});
    directory.note_place({3, 1000, 30, 40, {}});
    const std::vector<FriendPlace> friends = directory.friends_of(1);
    REQUIRE(friends.size() == 1);
    CHECK(friends[0].name == "bob/tablet");
    CHECK(friends[0].short_name == "BO");
    CHECK(friends[0].time_ms == 2000);
    CHECK(friends[0].latitude_e7 == 10);
    CHECK(directory.friends_of(2).empty());
}

TEST_CASE("a seal depends on the device's token and on the text") {
    MemoryDirectory directory;
    directory.add(van());
    DirectoryEntry other = van();
    other.device.number = 8;
    other.token_hash = hash_token("another");
    directory.add(other);
    DirectoryEntry without = van();
    without.device.number = 9;
    without.token_hash.reset();
    directory.add(without);
    const std::optional<std::string> seal = directory.seal(7, "text");
    REQUIRE(seal);
    CHECK(seal->size() == 22);
    CHECK(directory.seal(7, "text") == seal);
    CHECK(directory.seal(7, "texu") != seal);
    CHECK(directory.seal(8, "text") != seal);
    CHECK_FALSE(directory.seal(9, "text"));
    CHECK_FALSE(directory.seal(10, "text"));
}
