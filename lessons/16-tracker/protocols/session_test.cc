#include "protocols/session.hh"

#include <doctest/doctest.h>

#include "protocols/tested_phone.hh"

using namespace waymark::tracker;

TEST_CASE("a session names its device until its end, for its purpose, to this server") {
    const MemoryDirectory devices = tested_phone();
    const std::string session = make_session("app", 1, kTestedNow + 60'000, devices);
    CHECK(find_session("app", session, kTestedNow, devices)->number == 1);
    CHECK(find_session("app", session, kTestedNow + 60'000, devices));
    CHECK_FALSE(find_session("app", session, kTestedNow + 61'000, devices));
    CHECK_FALSE(find_session("other", session, kTestedNow, devices));
    for (std::size_t i = 0; i < session.size(); ++i) {
        std::string changed = session;
        changed[i] = changed[i] == '1' ? '2' : '1';
        INFO(changed);
        CHECK_FALSE(find_session("app", changed, kTestedNow, devices));
        CHECK_FALSE(find_session("app", session.substr(0, i), kTestedNow, devices));
    }
}

TEST_CASE("a device with another token, or with none, does not know a session again") {
    const std::string session = make_session("app", 1, kTestedNow + 60'000, tested_phone());
    DirectoryEntry entry;
    entry.device.number = 1;
    MemoryDirectory without;
    without.add(entry);
    CHECK(make_session("app", 1, kTestedNow, without).empty());
    CHECK_FALSE(find_session("app", session, kTestedNow, without));
    entry.token_hash = hash_token("another token");
    MemoryDirectory other;
    other.add(entry);
    CHECK_FALSE(find_session("app", session, kTestedNow, other));
}
