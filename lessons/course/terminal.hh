// How the course speaks on a terminal: colour only where it is wanted, lines that fit. Never colour
// alone: every sign has a word beside it.
//
// Whether to colour (the usual order, see no-color.org and CMake's rule): --color, then NO_COLOR,
// then CLICOLOR_FORCE or FORCE_COLOR, then whether this very stream is a terminal and TERM is not
// "dumb".

#pragma once

#include <string>
#include <string_view>

namespace waymark::course {

enum class ColorWish { automatic, always, never };

bool wants_color(ColorWish wish, int descriptor);

class Style {
  public:
    explicit Style(bool color) : color_(color) {}

    std::string good(std::string_view text) const { return in("32", text); }
    std::string bad(std::string_view text) const { return in("31", text); }
    std::string warn(std::string_view text) const { return in("33", text); }
    std::string strong(std::string_view text) const { return in("1", text); }
    std::string dim(std::string_view text) const { return in("2", text); }
    bool color() const { return color_; }

  private:
    std::string in(std::string_view code, std::string_view text) const;
    bool color_;
};

// Columns of the terminal behind `descriptor` (TIOCGWINSZ), or 80; at least 40, at most 100,
// because longer lines are hard to read.
int text_width(int descriptor);

// Breaks `text` at spaces into lines of at most `width` columns; every line but the first begins
// with `indent` spaces. Line ends in the text stay. `first` is what already stands on the first
// line.
std::string wrapped(std::string_view text, int width, int indent, int first);

// Removes what a stranger's program may have printed to move the cursor or change the title: all
// control characters but tab and newline become \x1b and so on.
std::string printable(std::string_view text);

}  // namespace waymark::course
