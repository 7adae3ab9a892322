#include "web_app/changed_device.hh"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "net/address.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

const Viewer kChangingAdmin{1, "ada", Role::admin, {}};

// Sees 1 and 2, and may change 2.
Viewer changing_member() {
    return {2, "bob", Role::member,
            std::make_shared<const std::vector<DeviceGrant>>(
                std::vector<DeviceGrant>{{1, false}, {2, true}})};
}

struct Answered {
    bool may = false;
    int status = 0;
    std::string text;
};

Answered ask(const Viewer& viewer, std::string_view body, AnyDevice any = AnyDevice::refused) {
    std::string out;
    std::string scratch;
    net::http::DateClock clock;
    const net::Address from = net::Address::parse("127.0.0.1:1");
    net::http::Exchange exchange(out, clock, scratch, from);
    exchange.request.body = body;
    Answered answered;
    answered.may = may_change_named_device(exchange, viewer, any);
    if (!answered.may) answered.status = exchange.answer.status();
    answered.text = out;
    return answered;
}

}  // namespace

TEST_CASE("an admin may change every device, a member those that are given to him") {
    CHECK(ask(kChangingAdmin, R"({"device":7})").may);
    CHECK(ask(changing_member(), R"({"device":2})").may);
    const Answered looked_at = ask(changing_member(), R"({"device":1})");
    CHECK_FALSE(looked_at.may);
    CHECK(looked_at.status == 403);
    CHECK_FALSE(ask(Viewer{}, R"({"device":2})").may);
}

TEST_CASE("a device that a member may not see is as one that is not there") {
    const Answered hidden = ask(changing_member(), R"({"device":3})");
    CHECK_FALSE(hidden.may);
    CHECK(hidden.status == 404);
    CHECK(hidden.text.find("there is no such device") != std::string::npos);
}

TEST_CASE("all devices at once are for admins, and only where that has a meaning") {
    CHECK(ask(kChangingAdmin, "{}", AnyDevice::for_admins).may);
    CHECK(ask(kChangingAdmin, "{}").status == 400);
    CHECK(ask(changing_member(), "{}", AnyDevice::for_admins).status == 400);
    CHECK(ask(changing_member(), R"({"device":null})", AnyDevice::for_admins).status == 400);
}

TEST_CASE("a body that names no device as it should is refused in words") {
    for (const char* body :
         {"", "[]", "{", R"({"device":"2"})", R"({"device":0})", R"({"device":-1})",
          R"({"device":4294967296})", R"({"device":1,"device":2})"}) {
        const Answered answered = ask(changing_member(), body);
        CHECK_FALSE(answered.may);
        CHECK(answered.status == 400);
        CHECK(answered.text.find("\"error\":\"") != std::string::npos);
    }
}
