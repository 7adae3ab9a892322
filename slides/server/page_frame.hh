// What stands around a page's contents: head, styles, scripts, and the bar with the way home.

#pragma once

#include <string>
#include <string_view>

namespace waymark::slides {

// A deck for reveal.js: `slides` is a list of <section>. The token is put where the page's script
// finds it.
std::string deck_frame(std::string_view title, std::string_view token, std::string_view slides);

// A page of text, readable on a phone.
std::string text_frame(std::string_view title, std::string_view body);

}  // namespace waymark::slides
