#include "conversation.hh"

#include <algorithm>
#include <cctype>
#include <utility>

namespace app {

std::string Conversation::hear(std::string_view piece) {
    std::string answers;
    while (!is_over_ && !piece.empty()) {
        const std::size_t end = piece.find('\n');
        held_ += piece.substr(0, end);
        const bool is_whole = end != std::string_view::npos;
        piece.remove_prefix(is_whole ? end + 1 : piece.size());
        if (is_whole && held_.ends_with('\r')) held_.pop_back();
        // One byte more than a line may have: it may be the "\r" before an end that is to come.
        if (held_.size() > longest_line_ + (is_whole ? 0 : 1)) {
            is_over_ = true;
            answers += "the line is too long\n";
        } else if (is_whole) {
            answers += answer_to(std::exchange(held_, {}));
        }
    }
    return answers;
}

std::string Conversation::answer_to(std::string line) {
    std::ranges::transform(line, line.begin(), [](unsigned char letter) {
        return static_cast<char>(std::toupper(letter));
    });
    return line + "\n";
}

}  // namespace app
