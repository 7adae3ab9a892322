// Markdown to HTML, for slides, notes and the lessons' texts, with md4c (CommonMark and tables).
//
// Links in those files are paths in the project, so that they work where the files are read in a
// forge or an editor; here they become addresses of this server. Of raw HTML only <details> and
// <summary> are obeyed, which fold an answer away; the rest is shown as it stands, so a text that
// was pasted from somewhere brings no script.

#pragma once

#include <string>
#include <string_view>

namespace waymark::slides {

// `folder` is where the text's file lives, from the project's root ("slides",
// "lessons/01-processes"): relative links are resolved from there. Headings get an id, made of
// their words.
std::string html_from_markdown(std::string_view text, std::string_view folder);

// Where this server has a path of the project: pictures under /files/, text under /source/, a
// folder or README.md of a lesson under /lessons/. What is no relative path stays as it is.
std::string address_of_link(std::string_view link, std::string_view folder);

// "Who cleans up?" -> "who-cleans-up".
std::string heading_id(std::string_view words);

}  // namespace waymark::slides
