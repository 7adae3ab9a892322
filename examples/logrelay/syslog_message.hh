// One message of the system log as a value, whoever wrote it: RFC 5424, RFC 3164, or a program that
// knows neither. Senders are strangers, and what they send is written into other people's logs. So
// a message is taken apart into its fields once, here, and put together again from them; no byte
// goes on because it was there. There is no socket in it and no clock.
//
// Nothing is thrown away for being wrong: that a device writes nonsense is what its owner wants to
// read in his log. What cannot be taken apart is the text of a message, as RFC 3164, 4.3.3 has it.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/severity.hh"
#include "timestamp.hh"

namespace waymark::logrelay {

// RFC 5424, 6.3: [name parameter="value"]. The value without its escapes.
struct Element {
    struct Parameter {
        std::string name;
        std::string value;
        friend bool operator==(const Parameter&, const Parameter&) = default;
    };
    std::string name;
    std::vector<Parameter> parameters;
    friend bool operator==(const Element&, const Element&) = default;
};

// No field has a control character in it: each came as \x0a, so that a message is one line whoever
// shows it (CWE-117).
struct SyslogMessage {
    int facility = 1;  // 0 to 23; 1 is a user's program (RFC 5424, table 1)
    daemon::Severity severity = daemon::Severity::notice;
    Timestamp time{};      // of arrival, if the sender did not tell
    bool has_time = true;  // false: RFC 5424's "-", and `time` means nothing
    // Empty where nothing is known ("-"). Printable ASCII without a blank, and bounded (6.2).
    std::string host;
    std::string program;
    std::string process;
    std::string kind;  // MSGID
    std::vector<Element> elements;
    bool is_utf8 = false;  // the sender says so, with a byte order mark (6.4), which is no text
    std::string text;

    friend bool operator==(const SyslogMessage&, const SyslogMessage&) = default;
};

// The bounds of RFC 5424, section 6.
inline constexpr std::size_t kLongestHost = 255;
inline constexpr std::size_t kLongestProgram = 48;
inline constexpr std::size_t kLongestProcess = 128;
inline constexpr std::size_t kLongestKind = 32;
inline constexpr std::size_t kLongestName = 32;  // of an element, and of a parameter
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// One line of RFC 5424, without an end of line.
std::string to_rfc5424(const SyslogMessage& message);

// What syslog(3) sends to /dev/log: "<30>Nov 29 07:03:05 program[17]: text". It has no place for a
// host, so a message of another host than `own_host` says it before its text: "host: text".
std::string to_local_form(const SyslogMessage& message, std::string_view own_host);

// `bytes` with control characters of ASCII and of Latin-1 in UTF-8 (U+0080 to U+009F) as \x0a. All
// else stays, also what is no UTF-8.
std::string without_controls(std::string_view bytes);

}  // namespace waymark::logrelay
