// Messages in a stream, each with its length before it: "5 hello" (RFC 5425, 4.3 and RFC 6587,
// 3.4.1, octet counting). With a line end as the end of a message (RFC 6587, 3.4.2), one that
// contains a line end is two, and a stranger may write the second. The length is a stranger's word,
// too: it is held against a bound before anything is kept for it.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace waymark::logrelay {

// Behind what is in `stream`. `message` is not empty: RFC 5425 has no frame without content.
void append_frame(std::string& stream, std::string_view message);

// Takes frames out of a stream that comes in pieces.
class FrameReader {
  public:
    // `longest` content, in bytes, that is let in.
    explicit FrameReader(std::size_t longest) : longest_(longest) {}

    void add(std::string_view bytes);

    enum class Found {
        frame,
        more,       // the rest of it has not come
        malformed,  // no length, one with a zero before it, or one beyond the bound: hang up
    };
    // The next frame's content, which lies here until the next add(). After malformed it is
    // malformed for ever: where the next frame begins is not known any more.
    Found next(std::string_view& content);

  private:
    std::size_t longest_;
    std::string held_;
    std::size_t taken_ = 0;  // bytes of held_
    bool is_malformed_ = false;
};

}  // namespace waymark::logrelay
