#include "syslog_message.hh"

#include <fmt/core.h>

#include <iterator>

namespace waymark::logrelay {

namespace {

void append_field(std::string& line, const std::string& field) {
    line += ' ';
    line += field.empty() ? std::string_view("-") : std::string_view(field);
}

// RFC 5424, 6.3.3: these three have a backslash before them.
void append_value(std::string& line, std::string_view value) {
    for (const char letter : value) {
        if (letter == '"' || letter == '\\' || letter == ']') line += '\\';
        line += letter;
    }
}

void append_element(std::string& line, const Element& element) {
    line += '[';
    line += element.name;
    for (const Element::Parameter& parameter : element.parameters) {
        line += ' ';
        line += parameter.name;
        line += "=\"";
        append_value(line, parameter.value);
        line += '"';
    }
    line += ']';
}

void append_priority(std::string& line, const SyslogMessage& message) {
    fmt::format_to(std::back_inserter(line), "<{}>",
                   message.facility * 8 + static_cast<int>(message.severity));
}

bool is_control(unsigned char byte) {
    return byte < 0x20 || byte == 0x7f;
}

// U+0080 to U+009F are 0xc2 and a byte.
bool is_high_control(std::string_view bytes, std::size_t i) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    return byte(i) == 0xc2 && i + 1 < bytes.size() && byte(i + 1) >= 0x80 && byte(i + 1) < 0xa0;
}

std::size_t first_control(std::string_view bytes) {
    std::size_t i = 0;
    while (i < bytes.size() && !is_control(static_cast<unsigned char>(bytes[i])) &&
           !is_high_control(bytes, i))
        ++i;
    return i;
}

}  // namespace

std::string to_rfc5424(const SyslogMessage& message) {
    std::string line;
    line.reserve(message.text.size() + 128);
    append_priority(line, message);
    line += "1 ";
    if (message.has_time)
        append_rfc5424_time(line, message.time);
    else
        line += '-';
    append_field(line, message.host);
    append_field(line, message.program);
    append_field(line, message.process);
    append_field(line, message.kind);
    line += ' ';
    for (const Element& element : message.elements) append_element(line, element);
    if (message.elements.empty()) line += '-';
    if (message.text.empty() && !message.is_utf8) return line;
    line += ' ';
    if (message.is_utf8) line += kByteOrderMark;
    line += message.text;
    return line;
}

std::string to_local_form(const SyslogMessage& message, std::string_view own_host) {
    std::string line;
    append_priority(line, message);
    if (message.has_time) {
        append_rfc3164_time(line, message.time);
        line += ' ';
    }
    line += message.program.empty() ? std::string_view("-") : std::string_view(message.program);
    if (!message.process.empty()) line += "[" + message.process + "]";
    line += ": ";
    if (!message.host.empty() && message.host != own_host) line += message.host + ": ";
    line += message.text;
    return line;
}

std::string without_controls(std::string_view bytes) {
    std::string clean;
    while (!bytes.empty()) {
        const std::size_t plain = first_control(bytes);
        clean += bytes.substr(0, plain);
        bytes.remove_prefix(plain);
        if (bytes.empty()) break;
        const std::size_t hidden = is_high_control(bytes, 0) ? 2 : 1;
        for (const char byte : bytes.substr(0, hidden))
            fmt::format_to(std::back_inserter(clean), "\\x{:02x}",
                           static_cast<unsigned char>(byte));
        bytes.remove_prefix(hidden);
    }
    return clean;
}

}  // namespace waymark::logrelay
