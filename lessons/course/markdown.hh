// What can be seen of a Markdown page without drawing it: its headings with the anchors that GitHub
// gives them, its links, and its words outside of code. Enough to say whether a lesson's text has
// its parts and whether its links lead somewhere; no more of Markdown is understood.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::course {

struct Heading {
    int level;  // 1 to 6
    std::string text;
    std::string anchor;
    std::size_t line;   // counted from 1
    std::size_t words;  // in prose and tables from here to the next heading
};

struct Link {
    std::string target;  // of [text](target) and ![text](target)
    std::size_t line;
};

struct Markdown {
    std::vector<Heading> headings;
    std::vector<Link> links;

    bool has_anchor(std::string_view anchor) const;
};

Markdown read_markdown(std::string_view text);

// "One wait per signal" -> "one-wait-per-signal": lower case, letters, digits, "-" and "_" stay,
// blanks become "-", everything else goes.
std::string anchor_of(std::string_view heading);

}  // namespace waymark::course
