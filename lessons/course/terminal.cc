#include "lessons/course/terminal.hh"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace waymark::course {

namespace {

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

bool is_on(const char* name) {
    return is_set(name) && std::string_view(std::getenv(name)) != "0";
}

}  // namespace

bool wants_color(ColorWish wish, int descriptor) {
    if (wish != ColorWish::automatic) return wish == ColorWish::always;
    if (is_set("NO_COLOR")) return false;
    if (is_on("CLICOLOR_FORCE") || is_on("FORCE_COLOR")) return true;
    const char* terminal = std::getenv("TERM");
    return ::isatty(descriptor) == 1 && terminal && std::string_view(terminal) != "dumb";
}

std::string Style::in(std::string_view code, std::string_view text) const {
    return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

int text_width(int descriptor) {
    constexpr int kUsual = 80;
    constexpr int kLeast = 40;
    constexpr int kMost = 100;
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == -1 || size.ws_col == 0) return kUsual;
    return std::clamp<int>(size.ws_col, kLeast, kMost);
}

std::string wrapped(std::string_view text, int width, int indent, int first) {
    const std::string margin = "\n" + std::string(static_cast<std::size_t>(indent), ' ');
    std::string result;
    int column = first;
    bool line_is_empty = true;
    while (!text.empty()) {
        const std::size_t end = text.find_first_of(" \n");
        const std::string_view word = text.substr(0, end);
        const int length = static_cast<int>(word.size());
        if (!line_is_empty && column + 1 + length > width) {
            result += margin;
            column = indent;
            line_is_empty = true;
        }
        if (!line_is_empty && !word.empty()) result += ' ';
        column += length + (line_is_empty ? 0 : 1);
        result += word;
        line_is_empty = line_is_empty && word.empty();
        if (end == text.npos) break;
        if (text[end] == '\n') {
            result += margin;
            column = indent;
            line_is_empty = true;
        }
        text.remove_prefix(end + 1);
    }
    return result;
}

std::string printable(std::string_view text) {
    std::string result;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        const bool harmless =
            character == '\n' || character == '\t' || (byte >= 0x20 && byte != 0x7f);
        result += harmless ? std::string(1, character) : fmt::format("\\x{:02x}", byte);
    }
    return result;
}

}  // namespace waymark::course
