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
        Delivery delivery;
    };
    const Row rows[] = {
        {200, Delivery::delivered}, {204, Delivery::delivered}, {302, Delivery::refused},
        {400, Delivery::refused},   {403, Delivery::refused},   {404, Delivery::refused},
        {408, Delivery::later},     {425, Delivery::later},     {429, Delivery::later},
        {500, Delivery::later},     {503, Delivery::later},
    };
    for (const Row& row : rows) {
        CAPTURE(row.status);
        CHECK(delivery_of(answered(row.status)) == row.delivery);
    }
    CHECK(delivery_of({ExchangeStatus::not_connected, {}, ""}) == Delivery::later);
    CHECK(delivery_of({ExchangeStatus::lost, {}, ""}) == Delivery::later);
    CHECK(delivery_of({ExchangeStatus::timed_out, {}, ""}) == Delivery::later);
    CHECK(delivery_of({ExchangeStatus::closed_idle, {}, ""}) == Delivery::at_once);
    CHECK(delivery_of({ExchangeStatus::malformed, {}, ""}) == Delivery::refused);
}

TEST_CASE("a refusal is told in one line with what to do") {
    const std::string line =
        explain(answered(403, "unknown\ndevice"), {PhoneProtocol::traccar, "van", ""});
    CHECK(line ==
          "the server answers 403: unknown device; add the device first: tracker device add NAME "
          "--id van");
}

TEST_CASE("waits double up to a bound, begin anew after a success, and follow Retry-After") {
    RetryPause retry_pause;
    CHECK(retry_pause.next({}) == 500ms);
    CHECK(retry_pause.next({}) == 1s);
    for (int i = 0; i < 10; ++i) retry_pause.next({});
    CHECK(retry_pause.next({}) == 30s);
    retry_pause.reset();
    CHECK(retry_pause.next({}) == 500ms);

    waymark::net::http::Response response;
    response.fields = {{"Retry-After", "2"}};
    CHECK(retry_pause.next(response) == 2s);
    response.fields = {{"Retry-After", "86400"}};
    CHECK(retry_pause.next(response) == 30s);
    retry_pause.reset();
    response.fields = {{"Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"}};
    CHECK(retry_pause.next(response) == 500ms);
}
