// Single keys from a terminal, without Enter. The terminal is put back at the end of the scope,
// which every way out of the program must reach: a shell after a program that did not is a shell in
// which nothing that is typed can be seen. Ctrl-C stays a signal. When standard input is no
// terminal there are no keys and nothing is changed.

#pragma once

#include <termios.h>

#include <optional>

namespace waymark::course {

class KeyTerminal {
  public:
    KeyTerminal();
    KeyTerminal(const KeyTerminal&) = delete;
    KeyTerminal& operator=(const KeyTerminal&) = delete;
    ~KeyTerminal();

    bool has_keys() const { return before_.has_value(); }
    // The next key that was pressed, without waiting. 'q' at the end of input.
    std::optional<char> next() const;

  private:
    std::optional<termios> before_;
};

}  // namespace waymark::course
