#include "slides/server/highlight.hh"

#include <algorithm>
#include <array>
#include <cctype>

#include "net/http/html_text.hh"

namespace waymark::slides {

using net::http::append_escaped;

namespace {

// Sorted: they are searched by halves.
constexpr std::array<std::string_view, 63> kKeywords = {
    "alignas",  "auto",     "bool",      "break",    "case",     "catch",     "char",
    "class",    "co_await", "co_return", "co_yield", "const",    "constexpr", "continue",
    "decltype", "default",  "delete",    "do",       "double",   "else",      "enum",
    "explicit", "extern",   "false",     "final",    "float",    "for",       "friend",
    "goto",     "if",       "inline",    "int",      "long",     "mutable",   "namespace",
    "new",      "noexcept", "nullptr",   "operator", "override", "private",   "protected",
    "public",   "return",   "short",     "signed",   "sizeof",   "static",    "static_assert",
    "struct",   "switch",   "template",  "this",     "throw",    "true",      "try",
    "typename", "union",    "unsigned",  "using",    "virtual",  "void",      "while",
};
static_assert(std::ranges::is_sorted(kKeywords));

bool is_name_byte(char byte) {
    return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_';
}

class Colourer {
  public:
    explicit Colourer(std::string_view source) : rest_(source) {}

    std::vector<std::string> run() {
        lines_.emplace_back();
        while (!rest_.empty()) step();
        return std::move(lines_);
    }

  private:
    void step() {
        if (rest_.starts_with("//")) return take(rest_.find('\n'), "comment");
        if (rest_.starts_with("/*")) return take(after("*/", 2), "comment");
        if (rest_.starts_with("R\"(")) return take(after(")\"", 3), "string");
        if (rest_.front() == '"' || rest_.front() == '\'') return take(end_of_quoted(), "string");
        if (rest_.front() == '#' && at_line_start()) return take(rest_.find('\n'), "directive");
        if (std::isdigit(static_cast<unsigned char>(rest_.front()))) return take_number();
        if (is_name_byte(rest_.front())) return take_name();
        take(1, "");
    }

    // The place after the next `mark`, from `from` on; the end if there is none.
    std::size_t after(std::string_view mark, std::size_t from) const {
        const std::size_t place = rest_.find(mark, from);
        return place == rest_.npos ? place : place + mark.size();
    }

    std::size_t end_of_quoted() const {
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == '\\')
                ++i;
            else if (rest_[i] == rest_.front())
                return i + 1;
            else if (rest_[i] == '\n')
                return i;
        }
        return rest_.npos;
    }

    bool at_line_start() const { return lines_.back().find_first_not_of(' ') == std::string::npos; }

    // The quote inside a number (1'000) belongs to it.
    void take_number() {
        take(length_while(
                 [](char byte) { return is_name_byte(byte) || byte == '.' || byte == '\''; }),
             "number");
    }

    void take_name() {
        const std::size_t length = length_while(is_name_byte);
        const std::string_view name = rest_.substr(0, length);
        if (std::ranges::binary_search(kKeywords, name)) return take(length, "keyword");
        take(length, rest_.substr(length).starts_with('(') ? "call" : "");
    }

    template <class Wanted>
    std::size_t length_while(Wanted wanted) const {
        return static_cast<std::size_t>(std::ranges::find_if_not(rest_, wanted) - rest_.begin());
    }

    // Takes `length` bytes and colours them, line by line.
    void take(std::size_t length, std::string_view colour) {
        std::string_view text = rest_.substr(0, length);
        rest_.remove_prefix(text.size());
        while (true) {
            const std::size_t end = text.find('\n');
            append(text.substr(0, end), colour);
            if (end == text.npos) return;
            lines_.emplace_back();
            text.remove_prefix(end + 1);
        }
    }

    void append(std::string_view text, std::string_view colour) {
        if (text.empty()) return;
        std::string& line = lines_.back();
        if (!colour.empty()) line.append("<span class=\"").append(colour).append("\">");
        append_escaped(line, text);
        if (!colour.empty()) line.append("</span>");
    }

    std::string_view rest_;
    std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> coloured_lines(std::string_view source) {
    return Colourer(source).run();
}

}  // namespace waymark::slides
