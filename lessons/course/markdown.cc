#include "lessons/course/markdown.hh"

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

namespace waymark::course {

namespace {

bool is_letter_or_digit(char character) {
    // Bytes of letters beyond ASCII stay as they are.
    return std::isalnum(static_cast<unsigned char>(character)) != 0 ||
           static_cast<unsigned char>(character) >= 0x80;
}

std::size_t count_words(const std::string& line) {
    std::istringstream words(line);
    std::size_t count = 0;
    for (std::string word; words >> word;) count += std::ranges::any_of(word, is_letter_or_digit);
    return count;
}

// The line without what stands in backquotes: `[](int)` is no link.
std::string without_code(const std::string& line) {
    std::string rest;
    bool code = false;
    for (const char character : line) {
        if (character == '`') code = !code;
        rest += code ? ' ' : character;
    }
    return rest;
}

void find_links(const std::string& line, std::size_t number, std::vector<Link>& links) {
    for (std::size_t place = 0; (place = line.find("](", place)) != line.npos;) {
        const std::size_t end = line.find(')', place);
        if (end == line.npos) return;
        const std::string target = line.substr(place + 2, end - place - 2);
        links.push_back({target.substr(0, target.find(' ')), number});
        place = end;
    }
}

int heading_level(const std::string& line) {
    const std::size_t level = line.find_first_not_of('#');
    const bool is_heading = level != line.npos && level >= 1 && level <= 6 && line[level] == ' ';
    return is_heading ? static_cast<int>(level) : 0;
}

}  // namespace

std::string anchor_of(std::string_view heading) {
    std::string anchor;
    for (const char character : heading) {
        if (is_letter_or_digit(character) || character == '-' || character == '_')
            anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
        else if (character == ' ')
            anchor += '-';
    }
    return anchor;
}

bool Markdown::has_anchor(std::string_view anchor) const {
    return std::ranges::find(headings, anchor, &Heading::anchor) != headings.end();
}

Markdown read_markdown(std::string_view text) {
    Markdown page;
    std::map<std::string, int> seen;
    std::istringstream lines{std::string(text)};
    bool fenced = false;
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.starts_with("```") || line.starts_with("~~~")) {
            fenced = !fenced;
            continue;
        }
        if (fenced) continue;
        find_links(without_code(line), number, page.links);
        const int level = heading_level(line);
        if (level == 0) {
            if (!page.headings.empty()) page.headings.back().words += count_words(line);
            continue;
        }
        const std::string words = line.substr(static_cast<std::size_t>(level) + 1);
        std::string anchor = anchor_of(words);
        const int before = seen[anchor]++;
        if (before > 0) anchor += "-" + std::to_string(before);
        page.headings.push_back({level, words, anchor, number, 0});
    }
    return page;
}

}  // namespace waymark::course
