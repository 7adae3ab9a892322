// What newdaemon says to a client: each line is answered with the same line in capital letters.
// This is the part that you change first.
//
// There is no socket in it, bytes come in and answers go out, so its test is a table of texts
// (conversation_test.cc). Bytes do not come as lines: a piece may end in the middle of one or hold
// five. A client that sends no end of a line is refused, and what is held of it is bounded.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace app {

class Conversation {
  public:
    // `longest_line` in bytes, without the line's end ("\n" or "\r\n").
    explicit Conversation(std::size_t longest_line) : longest_line_(longest_line) {}

    // Takes the next piece, of any length, and gives what is to be answered to it: as many lines as
    // have come to their end. Gives nothing more once it is over.
    std::string hear(std::string_view piece);

    // The client has sent a line that is too long: hang up when the last answer is sent.
    bool is_over() const { return is_over_; }

  private:
    std::string answer_to(std::string line);

    std::size_t longest_line_;
    std::string held_;  // a line whose end has not come
    bool is_over_ = false;
};

}  // namespace app
