#include "slides/server/wrap.hh"

#include <algorithm>

namespace waymark::slides {

namespace {

constexpr std::size_t kFurther = 4, kFewest = 4;

struct Place {
    std::size_t at = std::string::npos;  // of a blank
    int cost = 0;                        // the brackets around it, and worse
};

// The place of the comment behind some code; npos if there is none.
std::size_t comment_behind(std::string_view line) {
    const std::size_t place = line.rfind("  // ");
    return place == line.npos || line.find_first_not_of(' ') > place ? line.npos : place;
}

// Of the blanks in the second half of `columns`, the last of those with the fewest brackets open,
// behind a comma if there is one.
// Text between quotes is not broken, no line in its first half and no last word from the others, if
// there is another way.
Place place_to_break(std::string_view line, std::size_t columns, bool is_code) {
    Place best;
    int open = 0;
    char quote = 0;
    const std::size_t first = std::min(line.find_first_not_of(" /"), line.size());
    for (std::size_t i = first; i < line.size() && i <= columns; ++i) {
        const char byte = line[i];
        if (is_code && quote == 0 && (byte == '"' || byte == '\''))
            quote = byte;
        else if (byte == quote)
            quote = 0;
        if (is_code && (byte == '(' || byte == '{' || byte == '[')) ++open;
        if (is_code && (byte == ')' || byte == '}' || byte == ']')) --open;
        const int depth = quote == 0 ? open : open + 100;
        const bool early = i < columns / 2;            // little would be gained there
        const bool late = line.size() - i <= kFewest;  // a word alone in its row
        const bool in_list = i > 0 && line[i - 1] == ',';
        const int cost = 2 * depth + (in_list ? 0 : 1) + (early ? 1000 : 0) + (late ? 500 : 0);
        if (byte == ' ' && (best.at == line.npos || cost <= best.cost)) best = {i, cost};
    }
    return best;
}

}  // namespace

std::vector<std::string> wrapped(std::string_view line, std::size_t columns) {
    if (line.size() <= columns) return {std::string(line)};
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const bool is_comment = line.substr(indent).starts_with("//");
    const std::size_t comment = is_comment ? line.npos : comment_behind(line);
    const std::size_t at =
        comment != line.npos ? comment : place_to_break(line, columns, !is_comment).at;
    if (at == line.npos) return {std::string(line)};
    std::string rest(indent + (is_comment ? 0 : kFurther), ' ');
    if (is_comment) rest += "// ";
    rest += line.substr(std::min(line.find_first_not_of(' ', at), line.size()));
    std::vector<std::string> lines = wrapped(line.substr(0, at), columns);
    // What did not become shorter would never end.
    if (rest.size() >= line.size()) return {std::string(line)};
    std::ranges::move(wrapped(rest, columns), std::back_inserter(lines));
    return lines;
}

}  // namespace waymark::slides
