// What a connection needs while it is busy, and lends from its loop's pool: room for input and
// output and the parser. Of ten thousand connections nearly all are idle at any time; an idle one
// gives all of this back and costs little more than its coroutine's frame.

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/request_parser.hh"

namespace waymark::net::http {

// Bytes that came and were not consumed yet, in one piece. Growing moves them.
class InputBuffer {
  public:
    static constexpr std::size_t kUsualSize = 16 * 1024;

    InputBuffer();

    // The unread bytes, to look at and to work on.
    std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
    std::span<char> bytes() { return {bytes_.get() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }

    // Free room behind the unread bytes: at least one byte, and more if it can be had by moving
    // them to the front; if they fill the whole buffer it grows.
    std::span<char> room();
    // `count` bytes were put into the room.
    void added(std::size_t count) { end_ += count; }
    // The first `count` unread bytes are done with.
    void consume(std::size_t count);
    // Of the unread bytes only the first `count` remain.
    void truncate(std::size_t count) { end_ = begin_ + count; }
    // `count` unread bytes from the offset `at` on are taken out; those behind them move up.
    void erase(std::size_t at, std::size_t count);

    // Empty, and no larger than usual.
    void clear();

  private:
    void move_to(std::size_t capacity);

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = kUsualSize;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

struct Buffers {
    InputBuffer input;
    RequestParser parser;
    std::string output;
    std::string scratch;

    void clear();
};

class BufferPool {
  public:
    class GiveBack {
      public:
        explicit GiveBack(BufferPool* pool = nullptr) : pool_(pool) {}
        void operator()(Buffers* buffers) const { pool_->give(buffers); }

      private:
        BufferPool* pool_;
    };
    // Goes back to the pool when it is dropped. The pool must outlive it.
    using Lease = std::unique_ptr<Buffers, GiveBack>;

    Lease take();

  private:
    // What a burst took beyond this goes back to the heap.
    static constexpr std::size_t kMostKept = 64;

    void give(Buffers* buffers);

    std::vector<std::unique_ptr<Buffers>> free_;
};

}  // namespace waymark::net::http
