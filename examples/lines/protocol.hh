// What lines says to what it hears. There is no socket in it: bytes come in, and values go out.

#pragma once

#include <string>

namespace waymark::lines {

// Takes the first whole line out of `held`, without its "\n" or "\r\n"; false if there is none yet.
bool take_whole_line(std::string& held, std::string& line);

// In capital letters (of ASCII), and with the line's end.
std::string answer_to(std::string line);

}  // namespace waymark::lines
