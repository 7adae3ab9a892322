#include "services/web_hook_signature.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::tracker;

namespace {

// The example in the tests of the specification's own libraries: the secret is
// whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw.
const std::string kExampleSecret =
    "\x31\xf2\x90\xf6\xbf\x06\x29\x8a\xab\x4f\x08\xd4\x3c\x3f\x08\x2c\xf6\x48\xa3\x62\xda\x2d"
    "\xa4\xb0";

}  // namespace

TEST_CASE("a signature is that of Standard Webhooks") {
    CHECK(hook_secret_text(kExampleSecret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    CHECK(hook_signature(kExampleSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                         R"({"test": 2432232314})") ==
          "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("id, time, body and secret each count") {
    const std::string signature = hook_signature("key", "event-1", 7, "{}");
    CHECK(signature != hook_signature("kex", "event-1", 7, "{}"));
    CHECK(signature != hook_signature("key", "event-2", 7, "{}"));
    CHECK(signature != hook_signature("key", "event-1", 8, "{}"));
    CHECK(signature != hook_signature("key", "event-1", 7, "[]"));
}

TEST_CASE("each secret is new, and has 32 bytes") {
    CHECK(make_hook_secret().size() == 32);
    CHECK(make_hook_secret() != make_hook_secret());
}
