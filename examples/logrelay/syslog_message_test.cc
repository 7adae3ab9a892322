#include "syslog_message.hh"

#include <doctest/doctest.h>

using namespace waymark::logrelay;
using waymark::daemon::Severity;

namespace {

SyslogMessage example() {
    SyslogMessage message;
    message.facility = 4;
    message.severity = Severity::critical;
    message.time = read_rfc5424_time("2003-10-11T22:14:15.003Z").value();
    message.host = "mymachine.example.com";
    message.program = "su";
    message.kind = "ID47";
    message.text = "'su root' failed for lonvick on /dev/pts/8";
    return message;
}

}  // namespace

TEST_CASE("a message is written as the first example of RFC 5424, 6.5") {
    CHECK(to_rfc5424(example()) ==
          "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for "
          "lonvick on /dev/pts/8");
}

TEST_CASE("who said that a text is UTF-8 has said it when it is written") {
    SyslogMessage message = example();
    message.is_utf8 = true;
    message.text = "grüß";
    CHECK(to_rfc5424(message).ends_with(" - \xef\xbb\xbfgrüß"));
    message.text.clear();
    CHECK(to_rfc5424(message).ends_with(" - \xef\xbb\xbf"));
}

TEST_CASE("what is not known is a dash, and a message without a text ends behind the elements") {
    SyslogMessage message;
    message.has_time = false;
    CHECK(to_rfc5424(message) == "<13>1 - - - - - -");
}

TEST_CASE("elements are written with the escapes of RFC 5424, 6.3.3") {
    SyslogMessage message;
    message.has_time = false;
    message.elements = {{"empty", {}},
                        {"a@1", {{"quote", "\"ab\""}, {"slash", "\\"}, {"bracket", "[]"}}}};
    CHECK(to_rfc5424(message) ==
          R"(<13>1 - - - - - [empty][a@1 quote="\"ab\"" slash="\\" bracket="[\]"])");
}

TEST_CASE("the local form is that of syslog(3), and names another host before the text") {
    SyslogMessage message = example();
    message.process = "17";
    CHECK(to_local_form(message, "mymachine.example.com") ==
          "<34>Oct 11 22:14:15 su[17]: 'su root' failed for lonvick on /dev/pts/8");
    CHECK(to_local_form(message, "here") ==
          "<34>Oct 11 22:14:15 su[17]: mymachine.example.com: 'su root' failed for lonvick on "
          "/dev/pts/8");
    SyslogMessage empty;
    empty.has_time = false;
    CHECK(to_local_form(empty, "here") == "<13>-: ");
}

TEST_CASE("control characters are shown, and letters stay") {
    const std::string_view controls("a\0b\nc\x1b[2J\x7f\t", 11);
    CHECK(without_controls(controls) == "a\\x00b\\x0ac\\x1b[2J\\x7f\\x09");
    CHECK(without_controls("\xc2\x9b[2J") == "\\xc2\\x9b[2J");
    CHECK(without_controls("\xc2\xa0 grüß \xe2\x82\xac C:\\n") ==
          "\xc2\xa0 grüß \xe2\x82\xac C:\\n");
    CHECK(without_controls("\xff\xc2") == "\xff\xc2");
    CHECK(without_controls("") == "");
}
