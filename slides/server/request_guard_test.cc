#include "slides/server/request_guard.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace waymark::slides;
using waymark::net::http::Field;
using waymark::net::http::Request;

namespace {

// A run that is asked for as a page of ours asks, with one thing changed.
struct Asked {
    std::string host = "127.0.0.1:8090";
    std::vector<Field> fields;

    explicit Asked(const RequestGuard& guard)
        : fields{{"Origin", "http://127.0.0.1:8090"},
                 {"Sec-Fetch-Site", "same-origin"},
                 {"X-Waymark-Token", guard.token()}} {}

    Asked& with(std::string_view name, std::string_view value) {
        for (Field& field : fields)
            if (field.name == name) field.value = value;
        return *this;
    }
    Asked& without(std::string_view name) {
        std::erase_if(fields, [name](const Field& field) { return field.name == name; });
        return *this;
    }
    bool is_refused_by(const RequestGuard& guard) const {
        Request request;
        request.host = host;
        request.fields = fields;
        return !guard.reason_to_refuse_run(request).empty();
    }
};

}  // namespace

TEST_CASE("a page of ours may run a demo") {
    const RequestGuard guard(8090);
    CHECK_FALSE(Asked(guard).is_refused_by(guard));
    // Browsers of before 2020 do not send it; they send Origin.
    CHECK_FALSE(Asked(guard).without("Sec-Fetch-Site").is_refused_by(guard));
}

TEST_CASE("nobody else may") {
    const RequestGuard guard(8090);
    const RequestGuard of_another_start(8090);
    CHECK(Asked(guard).with("Origin", "http://evil.example").is_refused_by(guard));
    CHECK(Asked(guard).with("Origin", "http://127.0.0.1:8091").is_refused_by(guard));
    CHECK(Asked(guard).with("Origin", "https://127.0.0.1:8090").is_refused_by(guard));
    CHECK(Asked(guard).with("Origin", "null").is_refused_by(guard));
    CHECK(Asked(guard).without("Origin").is_refused_by(guard));
    for (const std::string_view site : {"cross-site", "same-site", "none", ""})
        CHECK(Asked(guard).with("Sec-Fetch-Site", site).is_refused_by(guard));
    CHECK(Asked(guard).with("X-Waymark-Token", "").is_refused_by(guard));
    CHECK(Asked(guard).without("X-Waymark-Token").is_refused_by(guard));
    CHECK(Asked(guard).with("X-Waymark-Token", of_another_start.token()).is_refused_by(guard));
}

TEST_CASE("a page is for who names this machine and this port") {
    const RequestGuard guard(8090);
    Request request;
    for (const std::string_view host : {"127.0.0.1:8090", "localhost:8090", "[::1]:8090"}) {
        request.host = host;
        CHECK(guard.reason_to_refuse_page(request).empty());
    }
    for (const std::string_view host :
         {"", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:80900", "evil.example:8090",
          "127.0.0.1.evil.example:8090", "localhost.:8090"}) {
        request.host = host;
        CHECK_FALSE(guard.reason_to_refuse_page(request).empty());
    }
}

TEST_CASE("at port 80 a browser names no port") {
    const RequestGuard guard(80);
    Request request;
    request.host = "localhost";
    CHECK(guard.reason_to_refuse_page(request).empty());
    request.host = "localhost:8090";
    CHECK_FALSE(guard.reason_to_refuse_page(request).empty());
}

TEST_CASE("each start of the server has another token") {
    CHECK(RequestGuard(1).token().size() == 32);
    CHECK(RequestGuard(1).token() != RequestGuard(1).token());
}
