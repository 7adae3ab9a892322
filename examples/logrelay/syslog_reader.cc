#include "syslog_reader.hh"

#include <algorithm>
#include <optional>
#include <utility>

namespace waymark::logrelay {

namespace {

constexpr int kMostPriority = 191;  // facility 23, severity 7

bool is_printable(char letter) {
    return letter > ' ' && letter <= '~';
}

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

bool is_word(char letter) {
    const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    return is_letter || is_digit(letter) || letter == '.' || letter == '_' || letter == '-';
}

// What stands before `end`, and takes both off; nothing if there is no `end`.
std::optional<std::string_view> take_until(std::string_view& rest, char end) {
    const std::size_t at = rest.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view taken = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    return taken;
}

bool take(std::string_view& rest, std::string_view expected) {
    if (!rest.starts_with(expected)) return false;
    rest.remove_prefix(expected.size());
    return true;
}

// "<13>": no more than three digits, none of them a zero too many (RFC 5424, 6.2.1).
bool take_priority(std::string_view& rest, SyslogMessage& message) {
    std::string_view behind = rest;
    if (!take(behind, "<")) return false;
    int value = 0;
    std::size_t digits = 0;
    for (; digits < behind.size() && is_digit(behind[digits]) && digits < 3; ++digits)
        value = value * 10 + (behind[digits] - '0');
    const bool has_extra_zero = digits > 1 && behind[0] == '0';
    if (digits == 0 || has_extra_zero || value > kMostPriority) return false;
    behind.remove_prefix(digits);
    if (!take(behind, ">")) return false;
    message.facility = value / 8;
    message.severity = static_cast<daemon::Severity>(value % 8);
    rest = behind;
    return true;
}

void set_text(SyslogMessage& message, std::string_view bytes) {
    message.is_utf8 = take(bytes, kByteOrderMark);
    message.text = without_controls(bytes);
}

//#region rfc5424
class Rfc5424Reader {
  public:
    Rfc5424Reader(std::string_view rest, SyslogMessage& message) : rest_(rest), message_(message) {}

    bool read() {
        return read_time() && read_field(message_.host, kLongestHost) &&
               read_field(message_.program, kLongestProgram) &&
               read_field(message_.process, kLongestProcess) &&
               read_field(message_.kind, kLongestKind) && read_elements() && read_text();
    }

  private:
    bool read_time() {
        const auto field = take_until(rest_, ' ');
        if (!field) return false;
        message_.has_time = *field != "-";
        if (!message_.has_time) return true;
        const std::optional<Timestamp> time = read_rfc5424_time(*field);
        if (time) message_.time = *time;
        return time.has_value();
    }

    bool read_field(std::string& into, std::size_t longest) {
        const auto field = take_until(rest_, ' ');
        if (!field || field->empty() || field->size() > longest) return false;
        if (!std::ranges::all_of(*field, is_printable)) return false;
        if (*field != "-") into = *field;
        return true;
    }

    bool read_elements() {
        if (take(rest_, "-")) return true;
        while (rest_.starts_with('['))
            if (!read_element()) return false;
        return !message_.elements.empty();
    }

    bool read_element() {
        rest_.remove_prefix(1);
        Element& element = message_.elements.emplace_back();
        if (!read_name(element.name)) return false;
        while (take(rest_, " "))
            if (!read_parameter(element.parameters.emplace_back())) return false;
        return take(rest_, "]");
    }

    bool read_parameter(Element::Parameter& parameter) {
        return read_name(parameter.name) && take(rest_, "=\"") && read_value(parameter.value);
    }

    bool read_name(std::string& name) {
        const auto is_of_name = [](char letter) {
            return is_printable(letter) && letter != '=' && letter != ']' && letter != '"';
        };
        std::size_t length = 0;
        while (length < rest_.size() && is_of_name(rest_[length])) ++length;
        name = rest_.substr(0, std::min(length, kLongestName));
        rest_.remove_prefix(length);
        return length > 0 && length <= kLongestName;
    }

    // A backslash before another letter than these three is a backslash (6.3.3).
    bool read_value(std::string& value) {
        std::string raw;
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == ']') return false;
            const bool is_escape = rest_.front() == '\\' && rest_.size() > 1 &&
                                   std::string_view("\"\\]").find(rest_[1]) != rest_.npos;
            if (is_escape) rest_.remove_prefix(1);
            raw += rest_.front();
            rest_.remove_prefix(1);
        }
        value = without_controls(raw);
        return take(rest_, "\"");
    }

    bool read_text() {
        if (rest_.empty()) return true;
        if (!take(rest_, " ")) return false;
        set_text(message_, rest_);
        return true;
    }

    std::string_view rest_;
    SyslogMessage& message_;
};
//#endregion rfc5424

//#region rfc3164
bool take_time(std::string_view& rest, const Arrival& arrival, Timestamp& into) {
    std::optional<Timestamp> time;
    std::size_t length = kRfc3164TimeLength;
    time = read_rfc3164_time(rest.substr(0, length), arrival.now);
    if (!time) {
        length = std::min(rest.find(' '), rest.size());
        time = read_rfc5424_time(rest.substr(0, length));
    }
    if (!time || (rest.size() > length && rest[length] != ' ')) return false;
    rest.remove_prefix(std::min(length + 1, rest.size()));
    into = *time;
    return true;
}

// A word before a blank; its colons are those of an IPv6 address, and one at the end is a tag's.
void take_host(std::string_view& rest, std::string& into) {
    const std::size_t length = rest.find(' ');
    if (length == 0 || length == rest.npos || length > kLongestHost) return;
    const std::string_view word = rest.substr(0, length);
    const auto is_of_host = [](char letter) { return is_word(letter) || letter == ':'; };
    if (word.back() == ':' || word == "-" || !std::ranges::all_of(word, is_of_host)) return;
    into = word;
    rest.remove_prefix(length + 1);
}

// "program: " or "program[17]: ". RFC 3164 ends a tag at anything but letters and digits; programs
// have names with dots and dashes.
bool take_tag(std::string_view& rest, SyslogMessage& message) {
    const auto is_of_tag = [](char letter) { return is_word(letter) || letter == '/'; };
    const auto end = std::ranges::find_if_not(rest, is_of_tag);
    const std::string_view program = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    std::string_view behind = rest.substr(program.size());
    std::string_view process;
    if (take(behind, "[")) {
        process = take_until(behind, ']').value_or("");
        if (process.empty() || process.size() > kLongestProcess ||
            !std::ranges::all_of(process, is_printable))
            return false;
    }
    if (program.empty() || program.size() > kLongestProgram || !take(behind, ":")) return false;
    if (program != "-") message.program = program;
    if (process != "-") message.process = process;
    take(behind, " ");
    rest = behind;
    return true;
}

// syslog(3) names no host; logger(1) does also here if it is asked for RFC 3164. Two words and a
// colon are a host and a tag then: what syslog(3) sends has a tag at once.
void take_host_and_tag(std::string_view& rest, SyslogMessage& message) {
    if (take_tag(rest, message)) return;
    SyslogMessage named = message;
    std::string_view behind = rest;
    take_host(behind, named.host);
    if (named.host.empty() || !take_tag(behind, named)) return;
    message = std::move(named);
    rest = behind;
}

void read_rfc3164(std::string_view rest, const Arrival& arrival, SyslogMessage& message) {
    message.time = arrival.now;
    const bool has_time = take_time(rest, arrival, message.time);
    if (has_time && !arrival.is_local) take_host(rest, message.host);
    if (has_time && arrival.is_local)
        take_host_and_tag(rest, message);
    else
        take_tag(rest, message);
    if (message.host.empty()) message.host = arrival.host;
    set_text(message, rest);
}
//#endregion rfc3164

std::string_view without_end(std::string_view bytes) {
    constexpr std::string_view kEnds("\0\r\n", 3);
    const std::size_t last = bytes.find_last_not_of(kEnds);
    return bytes.substr(0, last == bytes.npos ? 0 : last + 1);
}

}  // namespace

SyslogMessage read_syslog(std::string_view bytes, const Arrival& arrival) {
    bytes = without_end(bytes);
    SyslogMessage message;
    if (!take_priority(bytes, message)) {
        message.time = arrival.now;
        message.host = arrival.host;
        set_text(message, bytes);
        return message;
    }
    SyslogMessage whole = message;
    if (bytes.starts_with("1 ") && Rfc5424Reader(bytes.substr(2), whole).read()) return whole;
    read_rfc3164(bytes, arrival, message);
    return message;
}

}  // namespace waymark::logrelay
