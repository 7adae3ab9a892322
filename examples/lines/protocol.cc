#include "protocol.hh"

#include <algorithm>
#include <cctype>

namespace waymark::lines {

bool take_whole_line(std::string& held, std::string& line) {
    const std::size_t end = held.find('\n');
    if (end == std::string::npos) return false;
    line = held.substr(0, end);
    held.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    return true;
}

std::string answer_to(std::string line) {
    std::ranges::transform(line, line.begin(), [](unsigned char letter) {
        return static_cast<char>(std::toupper(letter));
    });
    return line + "\n";
}

}  // namespace waymark::lines
