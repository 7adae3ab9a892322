// A deck as it is written: slides/NN-topic.md, cut into slides, and each slide into blocks. What a
// block looks like on a page is not decided here.
//
//     ## What is left behind
//
//     Any Markdown, and pictures of the lesson.
//
//     ```code
//     daemon/children.cc#reap
//     ```
//
//     ```run
//     1-zombies
//     show: signals
//     ```
//
//     Note:
//     What the speaker sees.
//
//     ---
//
// Code is named by file and region and never pasted, so a block of C++ in a deck is refused: what
// is on the slide is what is compiled. Its steps are marks in the source (course/step_marks.hh). A
// deck does not count lines, because they move and nobody notices.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::slides {

// The lines "key: value" of a run block.
using RunSettings = std::map<std::string, std::string, std::less<>>;

struct CodeReference {
    std::string file;  // from the project's root
    std::string region;
};

struct Block {
    enum class Kind { prose, code, run };
    Kind kind = Kind::prose;
    std::string text;      // of prose
    CodeReference code;    // of code
    std::string demo;      // of run: the demo's name in its lesson
    RunSettings settings;  // of run
    int line = 1;          // in the deck's file, from 1
};

struct Slide {
    std::vector<Block> blocks;
    std::string notes;  // Markdown
    int line = 1;       // in the deck's file, from 1
};

struct Deck {
    std::string title;  // the first heading
    std::vector<Slide> slides;
};

// `name` is the file's, for messages. Throws UsageError "NAME:LINE: what is wrong" for what cannot
// be understood.
Deck parse_deck(std::string_view text, std::string_view name);

// Without the blanks around it, and the carriage returns of a file that came from elsewhere.
std::string_view trimmed(std::string_view text);

}  // namespace waymark::slides
