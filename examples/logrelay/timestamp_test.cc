#include "timestamp.hh"

#include <doctest/doctest.h>

using namespace waymark::logrelay;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

namespace {

std::string again(std::string_view text) {
    const auto time = read_rfc5424_time(text);
    if (!time) return "refused";
    std::string written;
    append_rfc5424_time(written, *time);
    return written;
}

// The message's time in RFC 5424, if it arrives at `now`.
std::string arrived(std::string_view text, std::string_view now) {
    const auto time = read_rfc3164_time(text, read_rfc5424_time(now).value());
    if (!time) return "refused";
    std::string written;
    append_rfc5424_time(written, *time);
    return written;
}

}  // namespace

TEST_CASE("the examples of RFC 5424, 6.2.3.1 are read and written as they are there") {
    CHECK(again("1985-04-12T23:20:50.52Z") == "1985-04-12T23:20:50.52Z");
    CHECK(again("1985-04-12T19:20:50.52-04:00") == "1985-04-12T19:20:50.52-04:00");
    CHECK(again("2003-10-11T22:14:15.003Z") == "2003-10-11T22:14:15.003Z");
    CHECK(again("2003-08-24T05:14:15.000003-07:00") == "2003-08-24T05:14:15.000003-07:00");
    CHECK(again("2003-08-24T05:14:15.000000003-07:00") == "refused");  // nine digits
}

TEST_CASE("the instant is that of UTC, whatever the zone") {
    const auto east = read_rfc5424_time("2026-03-01T00:30:00+01:00").value();
    const auto there = sys_seconds(sys_days(std::chrono::year(2026) / 2 / 28)) +
                       std::chrono::hours(23) + minutes(30);
    CHECK(east.instant == there);
    CHECK(east.offset == minutes(60));
    CHECK(east == read_rfc5424_time("2026-03-01T00:30:00+01:00"));
    CHECK(again("2026-03-01T00:30:00+00:00") == "2026-03-01T00:30:00Z");
    CHECK(read_rfc5424_time("2026-03-01T00:30:00.5Z")->instant.time_since_epoch() % 1'000'000 ==
          microseconds(500'000));
}

TEST_CASE("the date exists") {
    CHECK(again("2024-02-29T00:00:00Z") == "2024-02-29T00:00:00Z");
    for (const char* text : {"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
                             "2026-01-32T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
                             "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
                             "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60"})
        CHECK_MESSAGE(again(text) == "refused", text);
}

TEST_CASE("what only looks like a time of RFC 5424 is none") {
    for (const char* text :
         {"", "-", "2026", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01t00:00:00Z",
          "2026-01-01T00:00:00z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.Z",
          "2026-01-01T00:00:00Zx", " 2026-01-01T00:00:00Z", "2026-1-01T00:00:00Z",
          "+026-01-01T00:00:00Z", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+0100",
          "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:-1Z", "2026-01-01T00:00:00.-5Z"})
        CHECK_MESSAGE(again(text) == "refused", text);
}

TEST_CASE("the first and the last year keep their four digits in every zone") {
    CHECK(again("0000-01-01T00:00:00Z") == "0000-01-01T00:00:00Z");
    CHECK(again("9999-12-31T23:59:59-23:59") == "9999-12-31T23:59:59-23:59");
}

TEST_CASE("a time of RFC 3164 is in the year that brings it nearest to now, and in now's zone") {
    CHECK(arrived("Nov 29 07:03:05", "2026-11-29T07:03:06Z") == "2026-11-29T07:03:05Z");
    CHECK(arrived("Dec 31 23:59:59", "2027-01-01T00:00:01Z") == "2026-12-31T23:59:59Z");
    CHECK(arrived("Jan  1 00:00:01", "2026-12-31T23:59:59Z") == "2027-01-01T00:00:01Z");
    CHECK(arrived("Jul  1 12:00:00", "2026-07-01T12:00:00.5+02:00") == "2026-07-01T12:00:00+02:00");
    CHECK(arrived("Feb 29 00:00:00", "2025-01-01T00:00:00Z") == "2024-02-29T00:00:00Z");
    CHECK(arrived("Feb 29 00:00:00", "2026-01-01T00:00:00Z") == "refused");  // in no near year
}

TEST_CASE("a day of one digit has a blank or a zero before it") {
    CHECK(arrived("Nov  9 07:03:05", "2026-11-09T00:00:00Z") == "2026-11-09T07:03:05Z");
    CHECK(arrived("Nov 09 07:03:05", "2026-11-09T00:00:00Z") == "2026-11-09T07:03:05Z");
    for (const char* text :
         {"", "Nov 9 07:03:05", "Nov 9  07:03:05", "nov  9 07:03:05", "Nov 31 07:03:05",
          "Nov  0 07:03:05", "Nov 29 24:03:05", "Nov 29 07:60:05", "Nov 29 07:03:61",
          "Nov 29 7:03:05 ", "Nov 29 07:03:0x", "NovX29 07:03:05", "Nov 29 07:03:05x",
          "Nov    07:03:05", "Nov -9 07:03:05"})
        CHECK_MESSAGE(arrived(text, "2026-11-09T00:00:00Z") == "refused", text);
}

TEST_CASE("a time is written as RFC 3164 has it, in its own zone") {
    std::string text;
    append_rfc3164_time(text, read_rfc5424_time("2026-11-09T07:03:05.9+05:30").value());
    CHECK(text == "Nov  9 07:03:05");
}
