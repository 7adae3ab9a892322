#include "trips/phone_message.hh"

#include <doctest/doctest.h>

using namespace waymark::tracker;
using namespace std::chrono_literals;
using waymark::net::http::ExchangeResult;
using waymark::net::http::ExchangeStatus;

namespace {

TripPoint sample_point() {
    TripPoint point;
    point.time_ms = 1'718'445'000'000;
    point.place = {48.137154, 11.576124};
    return point;
}

ExchangeResult answered(int status, std::string body = {}) {
    ExchangeResult result;
    result.status = ExchangeStatus::answered;
    result.response.status = status;
    result.response.body = std::move(body);
    return result;
}

}  // namespace

TEST_CASE("Traccar Client says its identifier in the query, and its speed in knots") {
    TripPoint point = sample_point();
    point.speed_mps = 10;
    point.course_deg = 182.5;
    point.altitude_m = 519;
    point.accuracy_m = 4.25;
    point.battery_percent = 87;
    const PhoneMessage message = make_message({PhoneProtocol::traccar, "48241179", ""}, point);
    CHECK(message.method == "POST");
    CHECK(
        message.target ==
        "/?id=48241179&timestamp=1718445000&lat=48.137154&lon=11.576124&speed=19.44&bearing=182.50"
        "&altitude=519.00&accuracy=4.25&batt=87.00");
}

TEST_CASE("the OsmAnd app says its token in the path, milliseconds and metres per second") {
    TripPoint point = sample_point();
    point.speed_mps = 10;
    point.accuracy_m = 4.25;
    const PhoneMessage message = make_message({PhoneProtocol::osmand, "tok-1", "/base"}, point);
    CHECK(message.method == "GET");
    CHECK(message.target ==
          "/base/osmand/tok-1?lat=48.137154&lon=11.576124&timestamp=1718445000000&speed=10.00"
          "&hdop=4.25");
}

TEST_CASE("what is not known is not said, and what could end the line is encoded") {
    TripPoint point = sample_point();
    point.time_ms = 1'718'445'000'250;
    const PhoneMessage message =
        make_message({PhoneProtocol::traccar, "demo/b \r\n&x=\xc3\xa4", ""}, point);
    CHECK(
        message.target ==
        "/?id=demo%2Fb%20%0D%0A%26x%3D%C3%A4&timestamp=1718445000250&lat=48.137154&lon=11.576124");
}

TEST_CASE("a coordinate is said with all its digits") {
    TripPoint point = sample_point();
    point.place = {48.16350662940509, -11.564388282625075};
    const PhoneMessage message = make_message({PhoneProtocol::traccar, "x", ""}, point);
    CHECK(message.target ==
          "/?id=x&timestamp=1718445000&lat=48.16350662940509&lon=-11.564388282625075");
}

TEST_CASE("an answer is delivered, later or refused") {
    struct Row {
        int status;
        Verdict verdict;
    };
    const Row rows[] = {
        {200, Verdict::delivered}, {204, Verdict::delivered}, {302, Verdict::refused},
        {400, Verdict::refused},   {403, Verdict::refused},   {404, Verdict::refused},
        {408, Verdict::later},     {425, Verdict::later},     {429, Verdict::later},
        {500, Verdict::later},     {503, Verdict::later},
    };
    for (const Row& row : rows) {
        CAPTURE(row.status);
        CHECK(verdict_on(answered(row.status)) == row.verdict);
    }
    CHECK(verdict_on({ExchangeStatus::not_connected, {}, ""}) == Verdict::later);
    CHECK(verdict_on({ExchangeStatus::lost, {}, ""}) == Verdict::later);
    CHECK(verdict_on({ExchangeStatus::timed_out, {}, ""}) == Verdict::later);
    CHECK(verdict_on({ExchangeStatus::closed_idle, {}, ""}) == Verdict::at_once);
    CHECK(verdict_on({ExchangeStatus::malformed, {}, ""}) == Verdict::refused);
}

TEST_CASE("a refusal is told in one line with what to do") {
    const std::string line =
        explain(answered(403, "unknown\ndevice"), {PhoneProtocol::traccar, "van", ""});
    CHECK(line ==
          "the server answers 403: unknown device; add the device first: tracker device add NAME "
          "--id van");
}

TEST_CASE("waits double up to a bound, begin anew after a success, and follow Retry-After") {
    BackOff back_off;
    CHECK(back_off.next({}) == 500ms);
    CHECK(back_off.next({}) == 1s);
    for (int i = 0; i < 10; ++i) back_off.next({});
    CHECK(back_off.next({}) == 30s);
    back_off.reset();
    CHECK(back_off.next({}) == 500ms);

    waymark::net::http::Response response;
    response.fields = {{"Retry-After", "2"}};
    CHECK(back_off.next(response) == 2s);
    response.fields = {{"Retry-After", "86400"}};
    CHECK(back_off.next(response) == 30s);
    back_off.reset();
    response.fields = {{"Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"}};
    CHECK(back_off.next(response) == 500ms);
}
