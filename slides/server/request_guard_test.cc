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
    const RequestGuard guard;
    CHECK_FALSE(Asked(guard).is_refused_by(guard));
    // Browsers of before 2020 do not send it; they send Origin.
    CHECK_FALSE(Asked(guard).without("Sec-Fetch-Site").is_refused_by(guard));
}

TEST_CASE("nobody else may") {
    const RequestGuard guard;
    const RequestGuard of_another_start;
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

TEST_CASE("a page is for who names this machine, in either case and with any port") {
    const RequestGuard guard;
    Request request;
    for (const std::string_view host : {"127.0.0.1:8090", "localhost:8090", "[::1]:8090",
                                        "LOCALHOST:8090", "127.0.0.1", "localhost:9000"}) {
        request.host = host;
        CHECK(guard.reason_to_refuse_page(request).empty());
    }
    for (const std::string_view host :
         {"", "127.0.0.1:809000", "127.0.0.1:x", "evil.example:8090", "127.0.0.1.evil.example:8090",
          "127.0.0.10:8090", "localhost.:8090", "localhosts", "[::1", "[::1]x:1"}) {
        CAPTURE(host);
        request.host = host;
        CHECK(guard.reason_to_refuse_page(request).find("ssh -L") != std::string_view::npos);
    }
}

TEST_CASE("through a tunnel a demo runs, and for no page of another port") {
    const RequestGuard guard;
    Asked asked = Asked(guard).with("Origin", "http://localhost:9000");
    CHECK(asked.is_refused_by(guard));
    asked.host = "LOCALHOST:9000";
    CHECK_FALSE(asked.is_refused_by(guard));
}

TEST_CASE("each start of the server has another token") {
    CHECK(RequestGuard().token().size() == 32);
    CHECK(RequestGuard().token() != RequestGuard().token());
}
