#include "services/refusal_words.hh"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "net/http/request_parser.hh"

using namespace waymark::tracker;

namespace {

namespace fs = std::filesystem;

// Where a reason stands in our sources: what is refused, what goes into quarantine, and the rules
// for a point, which give it back. Of a choice between two ("a" : "b") both are found.
const std::regex kPlaces(
    R"re((?:refuse\(\s*\d+,\s*|refuse_stranger\(\s*(?:[^"();]*\(?[^"();]*\)?\s*\?\s*)?|)re"
    R"re(refuse_nobody\([^"()]*,\s*|\berror = |\bquarantine\(|\bkNoKey = |\s: |)re"
    R"re(^\s*(?:if \([^;]*\) )?return )"([a-z]+_[a-z_]+)")re",
    std::regex::ECMAScript | std::regex::multiline);

std::set<std::string> reasons_in(const std::string& source) {
    std::set<std::string> reasons;
    for (std::sregex_iterator found(source.begin(), source.end(), kPlaces), end; found != end;
         ++found)
        reasons.insert((*found)[1]);
    return reasons;
}

std::set<std::string> reasons_of_sources() {
    std::set<std::string> reasons;
    const fs::path protocols(PROTOCOLS_DIR);
    for (const fs::path& folder : {protocols, protocols.parent_path() / "services"})
        for (const auto& entry : fs::directory_iterator(folder)) {
            const std::string name = entry.path().filename().string();
            if (!name.ends_with(".cc") || name.ends_with("_test.cc")) continue;
            std::ifstream stream(entry.path());
            reasons.merge(reasons_in({std::istreambuf_iterator<char>(stream), {}}));
        }
    return reasons;
}

RefusalCase refused(int status, std::string reason) {
    RefusalCase that;
    that.status = status;
    that.reason = std::move(reason);
    return that;
}

}  // namespace

TEST_CASE("every reason in the sources has a sentence") {
    const std::set<std::string> reasons = reasons_of_sources();
    for (const std::string& reason : reasons) {
        INFO(reason);
        CHECK(has_words(reason));
    }
    // From each kind of place one, so that a pattern that finds nothing is seen.
    for (const char* known :
         {"unknown_device", "bad_token", "bad_credentials", "no_credentials", "missing_device",
          "bad_number", "too_many_guesses", "quarantine_full", "null_island", "time_in_future",
          "bad_checksum", "no_device", "decrypt_failed", "not_found", "from_a_page"}) {
        INFO(std::string(known));
        CHECK(reasons.contains(known));
    }
}

TEST_CASE("a reason without a sentence would be found") {
    const std::set<std::string> reasons = reasons_in(
        "    decoded.refuse(400, \"new_reason\", \"text\");\n"
        "    if (x > 1) return \"other_reason\";\n"
        "    decoded.refuse_stranger(\n        \"third_reason\", \"text\");\n");
    CHECK(reasons == std::set<std::string>{"new_reason", "other_reason", "third_reason"});
    CHECK_FALSE(has_words("new_reason"));
}

TEST_CASE("a sentence names the identifier and the field, and leaves no gap") {
    RefusalCase that = refused(403, "unknown_device");
    that.who = that.called = "my-phne";
    CHECK(words_for(that).what == "The app sends the identifier “my-phne”, and no device has it.");
    that.called.clear();
    that.who = "Q7xk... (22 characters)";
    CHECK(words_for(that).what ==
          "The app sends the identifier Q7xk... (22 characters), and no device has it.");
    that = refused(400, "bad_number");
    that.field = "lat";
    CHECK(words_for(that).what == "What the app sends as lat is not a number.");
    for (const std::string& reason : reasons_of_sources()) {
        const RefusalWords words = words_for(refused(400, reason));
        INFO(reason << ": " << words.what << ' ' << words.cure);
        CHECK(words.what.find('{') == std::string::npos);
        CHECK(words.what.ends_with('.'));
        CHECK(words.cure.ends_with('.'));
        CHECK(words.cure.size() > 20);
    }
}

TEST_CASE("a hostile name stands in the sentence as it is, and is no pattern") {
    RefusalCase that = refused(403, "unknown_device");
    that.who = that.called = "<img onerror=x>{field}{who}";
    CHECK(words_for(that).what.find("“<img onerror=x>{field}{who}”") != std::string::npos);
}

TEST_CASE("what never became a message has words, too") {
    CHECK(words_for(refused(0, "not on the access list")).cure.find("access-devices") !=
          std::string::npos);
    CHECK(words_for(refused(413, "body too long")).cure.find("fewer positions") !=
          std::string::npos);
    CHECK(words_for(refused(408, "came too slowly")).what.find("slowly") != std::string::npos);
    CHECK(words_for(refused(400, "malformed Host")).what ==
          "The request could not be read: malformed Host.");
}

TEST_CASE("an app that speaks https to the port for phones is told to speak http") {
    waymark::net::http::RequestParser parser;
    parser.parse(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15));
    REQUIRE(parser.refusal().status == 400);
    CHECK(words_for(refused(400, std::string(parser.refusal().reason))).cure.find("http://") !=
          std::string::npos);
}
