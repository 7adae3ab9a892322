// The check of lesson 16, from a line's checksum to whole messages. Here: checksum, time and
// degrees. check_points.cpp has the points of single lines, check_messages.cpp whole messages and
// answers.

#include <doctest/doctest.h>

#include <clocale>
#include <cstdlib>
#include <ctime>
#include <locale>

#include "seen.hh"

using namespace waymark::course::check;

namespace {

// As where numbers have a comma: for >> always, for strtod where such a locale is installed.
class CommaLocale {
  public:
    CommaLocale() : before_(std::locale::global(std::locale(std::locale(), new Comma))) {
        for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "it_IT.UTF-8", "es_ES.UTF-8"})
            if (std::setlocale(LC_NUMERIC, name) != nullptr) break;
    }
    CommaLocale(const CommaLocale&) = delete;
    CommaLocale& operator=(const CommaLocale&) = delete;
    ~CommaLocale() {
        std::locale::global(before_);
        std::setlocale(LC_NUMERIC, "C");
    }

  private:
    struct Comma : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
    };
    std::locale before_;
};

void expect_instant(std::string_view date, std::string_view time, UnixMillis expected,
                    const Causes& causes) {
    const std::optional<UnixMillis> seen = instant(date, time);
    const std::string what = "the instant of " + show(date) + ", " + show(time);
    if (seen && *seen != 0 && *seen == expected / 1000)
        fail(what, in_words(std::optional(expected)), in_words(seen), kSeconds);
    expect(seen == expected, what, in_words(std::optional(expected)), in_words(seen), causes);
}

void expect_degrees(std::string_view text, std::optional<double> seen, double expected,
                    const Causes& causes) {
    const std::string what = "the degrees of " + show(text);
    if (is_near(seen, -expected, 1e-9) && expected != 0)
        fail(what, show(expected), in_words(seen), kHemisphere);
    const double whole = std::trunc(expected);
    const double minutes = (expected - whole) * 60;
    if (!is_near(seen, expected, 1e-9) && is_near(seen, expected, 5e-6))
        fail(what, show(expected), in_words(seen), kPrecision);
    for (const double fraction : {minutes / 100, minutes, minutes * 100})
        if (fraction != 0 && is_near(seen, whole + fraction, 1e-6))
            fail(what, show(expected), in_words(seen), kMinutes);
    expect(is_near(seen, expected, 1e-9), what, show(expected), in_words(seen), causes);
}

}  // namespace

TEST_CASE("a line with the right checksum is its text") {
    for (const char* text : {"A", "", "SXT1,boat,2", "150624,093000,4747.1N,00936.5E", "AC", "~~}",
                             "5 \xE2\x82\xAC"}) {
        step("look at the line " + show(with_checksum(text)));
        const std::optional<std::string> seen = checked(with_checksum(text));
        const bool is_ascii = std::ranges::all_of(std::string_view(text), [](char byte) {
            return static_cast<unsigned char>(byte) < 128;
        });
        // The one that is not comes behind those that are.
        expect(seen == text, "its text", show(text), seen ? show(*seen) : "nothing",
               *text == '\0' ? Causes{kEmptyText}
               : is_ascii    ? Causes{kWrongBytes, kChecksumText}
                             : Causes{kSignedByte});
    }
    step("the same with small letters: \"Mo*22\" and \"jk,*2d\"");
    for (const char* line : {"Mo*22", "jk,*2d", "0J*7a"}) {
        const std::string text(line, std::strlen(line) - 3);
        const std::optional<std::string> seen = checked(line);
        expect(seen == text, "the text of " + show(line), show(text),
               seen ? show(*seen) : "nothing", kChecksumText);
    }
}

TEST_CASE("a line with another checksum is none") {
    const std::string line = with_checksum("150624,093000,4747.1N,00936.5E,4.2");
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == '*') continue;
        step("change byte " + std::to_string(at) + " of a line that was right");
        std::string changed = line;
        changed[at] = changed[at] == '7' ? '9' : '7';
        if (changed == line) continue;
        expect(!checked(changed), "what " + show(changed) + " says", "nothing", "its text",
               at == 0 ? Causes{kWrongBytes, kChecksumIgnored} : Causes{kChecksumIgnored});
    }
}

TEST_CASE("a checksum is two digits and the end of the line") {
    for (const char* line : {"A*41 ", "A*41x", "A*411", "A*41\r", "A*4G", "AB*3G", "AB*3 ", "AA*xx",
                             "AC*+2", "AC* 2", "A*0x41", "A*041", "A41"}) {
        step("look at the line " + show(line));
        expect(!checked(line), "what it says", "nothing", "a text", kChecksumText);
    }
}

TEST_CASE("a line may be shorter than any line") {
    for (const char* line : {"A*4", "A*", "*", "A", "", "4*", "*4"}) {
        step("look at the line " + show(line));
        expect(!checked(line), "what it says", "nothing", "a text", {kPastTheEnd, kChecksumText});
    }
}

TEST_CASE("a date is day and month and year") {
    step("read the fifteenth of June 2024, half past nine");
    expect_instant("150624", "093000", 1718443800000, {kDayMonth, kCentury});
    step("read the second of January 2003, and the first of February");
    expect_instant("020103", "000000", 1041465600000, kDayMonth);
    expect_instant("010203", "000000", 1044057600000, kDayMonth);
    step("read the last second of a leap day");
    expect_instant("290224", "235959", 1709251199000, {kNormalised, kLooseDigits});
    step("read the first moment of the year 2000, and of 2069, 2080 and 2099");
    expect_instant("010100", "000000", 946684800000, kCentury);
    expect_instant("010169", "000000", 3124224000000, kCentury);
    expect_instant("010180", "000000", 3471292800000, kCentury);
    expect_instant("311299", "235959", 4102444799000, kCentury);
    step("read the leap day of the year 2000");
    expect_instant("290200", "000000", 951782400000, kLeapYear);
}

TEST_CASE("a fraction of a second counts from the left") {
    struct Row {
        const char* time;
        int milliseconds;
    };
    for (const Row& row : {Row{"093000.2", 200},
                           {"093000.25", 250},
                           {"093000.250", 250},
                           {"093000.007", 7},
                           {"093000.05", 50},
                           {"093000.0", 0},
                           {"093001.001", 1001},
                           {"093008.03", 8030},
                           {"093059.999", 59'999}}) {
        step(std::string("read the time ") + row.time);
        expect_instant("150624", row.time, 1718443800000 + row.milliseconds, kFraction);
    }
    for (const char* time : {"093000.", "093000.1234", "093000.000000"}) {
        step("read the time " + show(time));
        expect(!instant("150624", time), "the instant", "nothing", "a value", kFractionForm);
    }
    for (const char* time : {"093000.x", "093000.-1", "093000,2", "093000:2"}) {
        step("read the time " + show(time));
        expect(!instant("150624", time), "the instant", "nothing", "a value", kLooseDigits);
    }
}

TEST_CASE("a day that the calendar has not is none") {
    for (const char* date :
         {"300224", "290223", "310424", "320124", "000124", "010024", "011324"}) {
        step("read the date " + show(date));
        expect(!instant(date, "093000"), "the instant", "nothing", "a value", kNormalised);
    }
    for (const char* time : {"240000", "236000", "235961", "235960", "990000"}) {
        step("read the time " + show(time));
        expect(!instant("150624", time), "the instant", "nothing", "a value", kClock);
    }
}

TEST_CASE("what is no date and no time is nothing") {
    for (const char* date : {"", "15062", "1506245", "15/624", " 50624", "+50624", "-50624",
                             "1506x4", "15062 ", "0x1524"}) {
        step("read the date " + show(date));
        expect(!instant(date, "093000"), "the instant", "nothing", "a value", kLooseDigits);
    }
    for (const char* time : {"", "09300", "0930000", "9:30:0", " 93000", "+93000", "-93000",
                             "09300x", "0930 0", "0x3000"}) {
        step("read the time " + show(time));
        expect(!instant("150624", time), "the instant", "nothing", "a value", kLooseDigits);
    }
    step("read minus nought as a year, an hour, a minute and a second");
    expect(!instant("1506-0", "093000"), "the instant of \"1506-0\"", "nothing", "a value", kSign);
    for (const char* time : {"-03000", "09-000", "0930-0", "093000.-0"})
        expect(!instant("150624", time), "the instant of " + show(time), "nothing", "a value",
               kSign);
}

TEST_CASE("the time is UTC wherever the server stands") {
    const char* const zone_before = std::getenv("TZ");
    const std::string before = zone_before == nullptr ? "" : zone_before;
    for (const char* zone : {"XXX-5:30", "YYY8YYZ"}) {
        step(std::string("read a time in the zone TZ=") + zone);
        ::setenv("TZ", zone, 1);
        ::tzset();
        expect_instant("150624", "093000", 1718443800000, kLocalTime);
        expect_instant("150124", "093000", 1705311000000, kLocalTime);
    }
    if (zone_before == nullptr)
        ::unsetenv("TZ");
    else
        ::setenv("TZ", before.c_str(), 1);
}

TEST_CASE("degrees and minutes become degrees") {
    step("read 47 degrees and 30 minutes north");
    expect_degrees("4730N", latitude("4730N"), 47.5, {kMinutes, kColumns});
    step("read some more of both kinds");
    expect_degrees("4747.123N", latitude("4747.123N"), 47.78538333333333, {kMinutes, kColumns});
    expect_degrees("0000.600N", latitude("0000.600N"), 0.01, {kMinutes, kColumns});
    expect_degrees("00936.567E", longitude("00936.567E"), 9.60945, {kMinutes, kColumns});
    expect_degrees("17959.999E", longitude("17959.999E"), 179.99998333333333, {kMinutes, kColumns});
    step("read more degrees than there are: whether there are so many is asked elsewhere");
    expect_degrees("9130.0N", latitude("9130.0N"), 91.5, kRangeHere);
    expect_degrees("18100.0E", longitude("18100.0E"), 181, kRangeHere);
}

TEST_CASE("south and west are negative") {
    step("read 33 degrees and 30 minutes south");
    const std::optional<double> south = latitude("3330.0S");
    expect(!is_near(south, -32.5, 1e-9), "the degrees of \"3330.0S\"", "-33.5", in_words(south),
           kHalfSign);
    expect_degrees("3330.0S", south, -33.5, {kHemisphere, kHalfSign});
    step("read half a degree south and west, where the degrees are 0");
    expect(!is_near(latitude("0030.0S"), 0.5, 1e-9), "the degrees of \"0030.0S\"", "-0.5",
           in_words(latitude("0030.0S")), {kHemisphere, kHalfSign});
    expect_degrees("0030.0S", latitude("0030.0S"), -0.5, kHalfSign);
    expect_degrees("00030.0W", longitude("00030.0W"), -0.5, kHalfSign);
    step("read 70 degrees and 15 minutes west");
    expect_degrees("07015.0W", longitude("07015.0W"), -70.25, {kHemisphere, kHalfSign});
}

TEST_CASE("the fraction of a minute has any number of digits") {
    for (const char* text : {"4712N", "4712.0N", "4712.00N", "4712.000000N", "4712.0000000000N"}) {
        step("read " + show(text));
        expect_degrees(text, latitude(text), 47.2, {kColumns, kGoodRefused});
    }
    step("read seven digits");
    expect_degrees("4712.1234567N", latitude("4712.1234567N"), 47.2020576116667, kColumns);
}

TEST_CASE("what is no place is none") {
    for (const char* text : {"4747.1", "4747.1X", "4747.1E", "4747.1n", "4760.0N", "4799N",
                             "4747.N", "47.71N", "14747.1N", "747.1N"}) {
        step("read " + show(text) + " as a latitude");
        const std::optional<double> seen = latitude(text);
        expect(!seen, "the degrees", "nothing", in_words(seen), kNoPlace);
    }
    for (const char* text : {"47x7.1N", "4x47.1N", "4747,1N", "47 7.1N", "4747.1 N", " 4747.1N",
                             "4747.1N ", "4747.1NN", "4747.1.1N"}) {
        step("read " + show(text) + " as a latitude");
        const std::optional<double> seen = latitude(text);
        expect(!seen, "the degrees", "nothing", in_words(seen), {kNoPlace, kLooseDigits});
    }
    for (const char* text : {"-747.1N", "+747.1N", "47+7.1N", "47-7.1N", "4747.1e1N", "0x47.1N",
                             "47inf.N", "47nan.N", "4747.0x1N"}) {
        step("read " + show(text) + " as a latitude");
        const std::optional<double> seen = latitude(text);
        expect(!seen, "the degrees", "nothing", in_words(seen), {kLooseDigits, kNoPlace});
    }
    step("read minus nought as degrees");
    for (const char* text : {"-047.1N", "-0-7.1N"})
        expect(!latitude(text), "the degrees of " + show(text), "nothing", "a value",
               {kSign, kLooseDigits});
    for (const char* text : {"936.5E", "0936.5E", "00936.5N", "00960.0E"}) {
        step("read " + show(text) + " as a longitude");
        const std::optional<double> seen = longitude(text);
        expect(!seen, "the degrees", "nothing", in_words(seen), kNoPlace);
    }
    for (const char* text : {"", "N", "47", "47N", "474N", "4", "00"}) {
        step("read " + show(text) + ", which is shorter than any place");
        expect(!latitude(text), "the degrees", "nothing", "a value", {kPastTheEnd, kNoPlace});
    }
}

TEST_CASE("a number is the same in every country") {
    const std::string line = std::string(kPlace) + ",12.5,230.5,1640.5";
    step("read a place where the decimal sign is a point");
    expect_degrees("4747.123N", latitude("4747.123N"), 47.78538333333333, {kMinutes, kColumns});
    const Fix here = fix_of(line, {kGoodRefused, kOptionalCosts});
    expect_value(here.speed_mps, 6.4306, "the speed of 12.5 knots",
                 here.speed_mps ? kKnots : kWholeOnly);
    expect_value(here.altitude_m, 500.02, "the altitude of 1640.5 feet",
                 here.altitude_m ? kFeet : kWholeOnly);
    step("read the same where it is a comma");
    const CommaLocale comma;
    expect_degrees("4747.123N", latitude("4747.123N"), 47.78538333333333, kLocale);
    const Fix fix = fix_of(line, {kLocale, kGoodRefused});
    expect_value(fix.speed_mps, 6.4306, "the speed of 12.5 knots", kLocale);
    expect_value(fix.altitude_m, 500.02, "the altitude of 1640.5 feet", kLocale);
}
