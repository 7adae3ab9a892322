// Secrets that a person types: on a terminal, where they are not shown (termios(3), ECHO), or,
// where standard input is none, as a line of it. Never on a command line: everybody on the machine
// can read those (ps(1)), and the shell keeps them.

#pragma once

#include <termios.h>

#include <string>

namespace waymark::tracker {

// Nothing is shown of what is typed as long as this lives. Ctrl-C ends the program before that;
// shells put their terminal in order themselves.
class HiddenInput {
  public:
    HiddenInput();
    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;
    ~HiddenInput();

    bool is_terminal() const { return is_terminal_; }

  private:
    termios before_{};
    bool is_terminal_;
};

// A new password: on a terminal it is asked for twice. Throws UsageError if the two differ, or
// nothing is there.
std::string ask_for_new_password(const std::string& question);

}  // namespace waymark::tracker
