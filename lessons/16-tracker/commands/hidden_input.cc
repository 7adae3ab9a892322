#include "commands/hidden_input.hh"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include <fmt/core.h>

#include "daemon/error.hh"

namespace waymark::tracker {

namespace {

std::string read_password_line() {
    std::string line;
    if (!std::getline(std::cin, line))
        throw daemon::UsageError("no password was given: type it, or write it to standard input");
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

std::string ask_hidden(const std::string& question) {
    const HiddenInput hidden;
    if (hidden.is_terminal()) {
        fmt::print("{}: ", question);
        std::fflush(stdout);
    }
    std::string line = read_password_line();
    if (hidden.is_terminal()) fmt::print("\n");
    return line;
}

}  // namespace

HiddenInput::HiddenInput() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_terminal_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
}

HiddenInput::~HiddenInput() {
    if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

std::string ask_for_new_password(const std::string& question) {
    const std::string password = ask_hidden(question);
    if (::isatty(STDIN_FILENO) != 0 && ask_hidden("Once more") != password)
        throw daemon::UsageError("the two are not the same: nothing was changed");
    return password;
}

}  // namespace waymark::tracker
