// Buttons for the deeds that a demo offers: `buttons: slow reader, half-close` in its run block. A
// press types the words as a line at the demo's terminal, which in a terminal of one's own is done
// by hand, and goes on where a step is looked at. So a demo with buttons reads lines ("reads_input"
// in lesson.json), and stops before each: do end_step(); while (std::getline(...)). In a recording
// each button is pressed once, in order, so the last one should end the demo.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "slides/server/deck.hh"
#include "slides/server/manifest.hh"

namespace waymark::slides {

// So many have a digit as their key.
inline constexpr std::size_t kMostButtons = 9;

// The words between the commas, without blanks around them; none for "".
std::vector<std::string> parse_buttons(std::string_view setting);

// What is wrong with the buttons of a run block; "" if nothing is.
std::string fault_of_buttons(const RunSettings& settings, const DemoEntry* demo);

// The row of them, switched off; "" for none. slides/web/buttons-pane.js brings it to life.
std::string buttons_html(const RunSettings& settings, std::string_view demo);

}  // namespace waymark::slides
