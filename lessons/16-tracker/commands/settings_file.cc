#include "commands/settings_file.hh"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <string_view>

#include <fmt/core.h>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

// Some editors write it before the first line of a text; it says "UTF-8" and nothing else.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void remove_byte_order_mark(std::string& text) {
    if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
}

constexpr std::size_t kMostBytes = std::size_t{1024} * 1024;

std::string read_whole(const std::string& file) {
    const daemon::Fd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    std::string content;
    std::array<char, 4096> buffer;
    ssize_t got = opened ? ::read(opened.get(), buffer.data(), buffer.size()) : -1;
    for (; got > 0; got = ::read(opened.get(), buffer.data(), buffer.size())) {
        content.append(buffer.data(), static_cast<std::size_t>(got));
        // A device has no end, and a server reads the file again whenever it is told to.
        if (content.size() > kMostBytes)
            throw UsageError(fmt::format("{}: is longer than {} bytes, as no file of settings is",
                                         file, kMostBytes));
    }
    if (got == -1)
        throw UsageError(fmt::format("{}: cannot be read: {}", file, daemon::error_text(errno)));
    remove_byte_order_mark(content);
    // An editor empties a file before it writes it: that is no wish to have no rules any more.
    if (content.empty())
        throw UsageError(
            fmt::format("{}: is empty: write a comment into it, if that is meant", file));
    return content;
}

// What is open at the end of a line, outside of comments.
struct LineShape {
    char quote = 0;
    std::size_t quote_at = 0;
    int brackets = 0;  // more opened than closed
    bool has_equals = false;
    bool is_blank = true;
};

LineShape shape_of(std::string_view line) {
    LineShape shape;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char letter = line[i];
        if (shape.quote != 0) {
            if (letter == '\\' && shape.quote == '"') ++i;
            if (letter == shape.quote) shape.quote = 0;
            continue;
        }
        if (letter == '#') break;
        if (letter == '"' || letter == '\'') {
            shape.quote = letter;
            shape.quote_at = i;
        }
        shape.brackets += (letter == '[') - (letter == ']');
        shape.has_equals |= letter == '=';
        shape.is_blank &= letter == ' ' || letter == '\t' || letter == '\r';
    }
    return shape;
}

// CLI11 takes what it can from a file that was not written to its end: '127.0.0.0/' of a network
// becomes one address. Texts end on their line here; a list may go over several.
void refuse_unfinished(const std::string& content, const std::string& file) {
    std::istringstream stream(content);
    std::string line;
    int depth = 0;
    int list_line = 0;
    for (int number = 1; std::getline(stream, line); ++number) {
        const LineShape shape = shape_of(line);
        const std::size_t begin = line.find_first_not_of(" \t");
        if (shape.quote != 0)
            throw UsageError(fmt::format("{}:{}:{}: this text has no end on its line", file, number,
                                         shape.quote_at + 1));
        if (depth == 0 && !shape.is_blank && !shape.has_equals && line[begin] != '[')
            throw UsageError(
                fmt::format("{}:{}:{}: there is no '=' here", file, number, begin + 1));
        if (depth == 0) list_line = number;
        depth += shape.brackets;
    }
    if (depth != 0) throw UsageError(fmt::format("{}:{}:1: this list has no end", file, list_line));
}

}  // namespace

// CLI11 does not remember it.
std::string place_in_file(const std::string& file, const std::string& key) {
    std::ifstream stream(file);
    std::string line;
    for (int number = 1; std::getline(stream, line); ++number) {
        if (number == 1) remove_byte_order_mark(line);
        const std::size_t begin = line.find_first_not_of(" \t[\"'");
        if (begin == std::string::npos || line.compare(begin, key.size(), key) != 0) continue;
        return fmt::format("{}:{}:{}", file, number, begin + 1);
    }
    return file;
}

std::vector<CLI::ConfigItem> parse_settings_file(const std::string& file) {
    const std::string text = read_whole(file);
    refuse_unfinished(text, file);
    std::istringstream content(text);
    try {
        return CLI::ConfigTOML().from_config(content);
    } catch (const CLI::Error& error) {
        throw UsageError(fmt::format("{}: {}", file, error.what()));
    }
}

}  // namespace waymark::tracker
