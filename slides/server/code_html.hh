// A region of a source as it stands on a slide: coloured, with the line numbers that the file has,
// the lines of each step, and a link to the file. Marks of steps are not shown.

#pragma once

#include <string>
#include <string_view>

#include "slides/server/deck.hh"
#include "slides/server/project_files.hh"

namespace waymark::slides {

// "" or what is wrong: no such file, no such region, a mark that cannot be understood, more
// than can be read from a chair at the back. In a
// learner's copy a part of an exercise is not there, and that is right.
std::string fault_of(const CodeReference& code, ProjectFiles& files);

// A <figure>. What is wrong stands in it in words: a slide that shows its fault is better than a
// lecture that does not start. In place of an exercise that is still to be written stand words too.
std::string code_html(const CodeReference& code, ProjectFiles& files);

// A whole file with a link target (#L31) for every line; marks of steps are left out.
std::string source_html(std::string_view path, std::string_view text);

}  // namespace waymark::slides
