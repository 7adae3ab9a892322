#include "syslog_reader.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace waymark::logrelay;

namespace {

constexpr std::string_view kNow = "2026-11-29T07:03:06.25Z";

Arrival arrival(bool is_local = false) {
    return {is_local, is_local ? "here" : "192.0.2.1", read_rfc5424_time(kNow).value()};
}

std::string from_network(std::string_view bytes) {
    return to_rfc5424(read_syslog(bytes, arrival()));
}

std::string from_here(std::string_view bytes) {
    return to_rfc5424(read_syslog(bytes, arrival(true)));
}

struct Row {
    std::string_view came;
    std::string_view written;
};

void check(const std::vector<Row>& rows, std::string (*read)(std::string_view) = from_network) {
    for (const Row& row : rows) CHECK_MESSAGE(read(row.came) == row.written, row.came);
}

// What is refused as RFC 5424 is the text of a message that arrived just now.
std::string as_text(std::string_view behind_priority) {
    return "<34>1 2026-11-29T07:03:06.25Z 192.0.2.1 - - - - " + std::string(behind_priority);
}

}  // namespace

TEST_CASE("the examples of RFC 5424, 6.5 go through as they are") {
    for (const std::string_view text :
         {R"(<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed)",
          R"(<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time.)",
          "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "
          "[exampleSDID@32473 iut=\"3\" eventSource=\"Application\" eventID=\"1011\"] "
          "\xef\xbb\xbf"
          "An application event log entry...",
          R"(<165>1 2003-10-11T22:14:15.003Z m evntslog - ID47 [a@1 iut="3"][b@1 class="high"])",
          R"(<0>1 - - - - - -)", R"(<191>1 - - - - - [x])"})
        CHECK(from_network(text) == text);
}

TEST_CASE("the escapes of a value are taken off, and a backslash before another letter is one") {
    const SyslogMessage message =
        read_syslog(R"(<34>1 - - - - - [a b="\"\\\]" c="\n" d=""] x)", arrival());
    CHECK(message.text == "x");
    REQUIRE(message.elements.size() == 1);
    const auto& parameters = message.elements[0].parameters;
    REQUIRE(parameters.size() == 3);
    CHECK(parameters[0].value == "\"\\]");
    CHECK(parameters[1].value == "\\n");
    CHECK(parameters[2].value.empty());
}

TEST_CASE("what begins as RFC 5424 and is not is text, as a whole") {
    for (const std::string_view text : {"1 ",
                                        "1 -",
                                        "1 - - - - -",
                                        "1 - - - - - ",
                                        "1 - - - - - x",
                                        "1 - - - - - -x",
                                        "1  - - - - -",
                                        "1 2026-11-29 - - - - - x",
                                        "1 - \x01 - - - -x",
                                        "1 - - - - - [",
                                        "1 - - - - - []",
                                        "1 - - - - - [a",
                                        "1 - - - - - [a b]",
                                        "1 - - - - - [a b=]",
                                        "1 - - - - - [a b=c]",
                                        "1 - - - - - [a b=\"c]",
                                        "1 - - - - - [a b=\"c\"",
                                        "1 - - - - - [a b=\"]\"]",
                                        "1 - - - - - [a b=\"\\",
                                        "1 - - - - - [a=b]",
                                        "1 - - - - - [a  b=\"c\"]",
                                        "2 - - - - - - x"}) {
        const std::string clean = without_controls(text);
        const std::string read = from_network("<34>" + std::string(text));
        CHECK_MESSAGE(read == as_text(clean), text);
    }
}

TEST_CASE("a field beyond its bound is no field") {
    const auto with = [](std::size_t host, std::size_t program, std::size_t process,
                         std::size_t kind, std::size_t name) {
        return "1 - " + std::string(host, 'h') + ' ' + std::string(program, 'a') + ' ' +
               std::string(process, '1') + ' ' + std::string(kind, 'k') + " [" +
               std::string(name, 'n') + " " + std::string(name, 'p') + "=\"v\"] text";
    };
    const std::string longest = with(255, 48, 128, 32, 32);
    CHECK(from_network("<34>" + longest) == "<34>" + longest);
    for (const std::string& text :
         {with(256, 1, 1, 1, 1), with(1, 49, 1, 1, 1), with(1, 1, 129, 1, 1), with(1, 1, 1, 33, 1),
          with(1, 1, 1, 1, 33)})
        CHECK(from_network("<34>" + text) == as_text(text));
}

TEST_CASE("RFC 3164 from the network has a time, a host and a tag") {
    check({
        {"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
         "<34>1 2026-10-11T22:14:15Z mymachine su - - - 'su root' failed for lonvick on "
         "/dev/pts/8"},
        {"<30>Nov  9 07:03:05 h sshd[17]: yes", "<30>1 2026-11-09T07:03:05Z h sshd 17 - - yes"},
        {"<30>Nov 29 07:03:05 2001:db8::1 a/b.c-d_e:x",
         "<30>1 2026-11-29T07:03:05Z 2001:db8::1 a/b.c-d_e - - - x"},
        {"<13>2026-11-29T08:03:05.5+01:00 h p: rsyslog forwards so",
         "<13>1 2026-11-29T08:03:05.5+01:00 h p - - - rsyslog forwards so"},
        {"<13>Nov 29 07:03:05 p: no host", "<13>1 2026-11-29T07:03:05Z 192.0.2.1 p - - - no host"},
        {"<13>Nov 29 07:03:05 h no tag", "<13>1 2026-11-29T07:03:05Z h - - - - no tag"},
        {"<13>Nov 29 07:03:05 h p[1] no colon",
         "<13>1 2026-11-29T07:03:05Z h - - - - p[1] no colon"},
        {"<13>Nov 29 07:03:05 h p[1: no bracket",
         "<13>1 2026-11-29T07:03:05Z h - - - - p[1: no bracket"},
        {"<13>Nov 29 07:03:05 h p[]: no pid", "<13>1 2026-11-29T07:03:05Z h - - - - p[]: no pid"},
        {"<13>Nov 29 07:03:05", "<13>1 2026-11-29T07:03:05Z 192.0.2.1 - - - -"},
        {"<13>Nov 29 07:03:05x y",
         "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 - - - - Nov 29 07:03:05x y"},
        {"<13>Feb 30 07:03:05 h p: x",
         "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 - - - - Feb 30 07:03:05 h p: x"},
        {"<13>p: no time", "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 p - - - no time"},
        {"<13>", "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 - - - -"},
    });
}

TEST_CASE("RFC 3164 from here names no host, and logger(1) does if it is asked to") {
    check(
        {{"<13>Nov 29 07:03:05 root: hello", "<13>1 2026-11-29T07:03:05Z here root - - - hello"},
         {"<13>Nov 29 07:03:05 root[5]: a b: c",
          "<13>1 2026-11-29T07:03:05Z here root 5 - - a b: c"},
         {"<13>Nov 29 07:03:05 box root: hello", "<13>1 2026-11-29T07:03:05Z box root - - - hello"},
         {"<13>Nov 29 07:03:05 only words", "<13>1 2026-11-29T07:03:05Z here - - - - only words"},
         {"<13>a b: c", "<13>1 2026-11-29T07:03:06.25Z here - - - - a b: c"}},
        from_here);
}

TEST_CASE("without a right priority it is a notice of a user's program, and only text") {
    for (const std::string_view text : {"hello", "<", "<>x", "<192>x", "<1000>x", "<013>x", "<-1>x",
                                        "< 1>x", "<1 x", "<13", "<1x>", "<00>x"})
        CHECK(from_network(text) ==
              "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 - - - - " + std::string(text));
    CHECK(from_network("") == "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 - - - -");
    CHECK(from_network("<0>Nov 29 07:03:05 h p: x") == "<0>1 2026-11-29T07:03:05Z h p - - - x");
}

TEST_CASE("a message is one line: what ends lines is cut off at the end and shown elsewhere") {
    using namespace std::string_view_literals;
    check({{"<13>p: a\n"sv, "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 p - - - a"},
           {"<13>p: a\0\r\n\0"sv, "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 p - - - a"},
           {"<13>p: a\n<0>1 - - - - - - forged"sv,
            "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 p - - - a\\x0a<0>1 - - - - - - forged"},
           {"<13>p: \0\x1b[2J\x7f\xc2\x85"sv,
            "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 p - - - \\x00\\x1b[2J\\x7f\\xc2\\x85"},
           {"\n\n"sv, "<13>1 2026-11-29T07:03:06.25Z 192.0.2.1 - - - -"},
           {"<34>1 - - - - - [a b=\"c\nd\"] x"sv, "<34>1 - - - - - [a b=\"c\\\\x0ad\"] x"},
           {"<34>1 - - - - - - a\nb"sv, "<34>1 - - - - - - a\\x0ab"}});
}

TEST_CASE("a byte order mark is kept as what it says, and is no text") {
    const SyslogMessage message =
        read_syslog("<34>1 - - - - - - \xef\xbb\xbfgr\xc3\xbc\xc3\x9f", arrival());
    CHECK(message.is_utf8);
    CHECK(message.text == "gr\xc3\xbc\xc3\x9f");
    CHECK_FALSE(read_syslog("<34>1 - - - - - - \xef\xbb", arrival()).is_utf8);
    CHECK(read_syslog("<34>p: \xef\xbb\xbfx", arrival()).text == "x");
}

TEST_CASE("what is written is read again as the same") {
    for (const std::string_view text :
         {"hello", "<13>Nov 29 07:03:05 h p[7]: a\nb",
          "<34>1 - - - - - [a b=\"\\]\\\\\n\"] \xef\xbb\xbf",
          "<34>1 2026-11-29T07:03:05+05:30 h - - - - \xef\xbb\xbf\xef\xbb\xbf"}) {
        const SyslogMessage once = read_syslog(text, arrival());
        CHECK(read_syslog(to_rfc5424(once), arrival()) == once);
    }
}

TEST_CASE("a text may be as long as a datagram") {
    const std::string text(65'000, 'x');
    CHECK(read_syslog("<13>p: " + text, arrival()).text == text);
}
