#include "lessons/course/key_terminal.hh"

#include <poll.h>
#include <unistd.h>

namespace waymark::course {

KeyTerminal::KeyTerminal() {
    termios now{};
    if (::tcgetattr(STDIN_FILENO, &now) == -1) return;
    before_ = now;
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
}

KeyTerminal::~KeyTerminal() {
    if (before_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*before_);
}

std::optional<char> KeyTerminal::next() const {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (!has_keys() || ::poll(&input, 1, 0) != 1) return std::nullopt;
    char key = 'q';
    if (::read(STDIN_FILENO, &key, 1) != 1) return 'q';
    return key;
}

}  // namespace waymark::course
