#include "net/http/buffers.hh"

#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace waymark::net::http {

InputBuffer::InputBuffer() : bytes_(std::make_unique_for_overwrite<char[]>(kUsualSize)) {}

std::span<char> InputBuffer::room() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ == capacity_) move_to(begin_ > 0 ? capacity_ : 2 * capacity_);
    return {bytes_.get() + end_, capacity_ - end_};
}

void InputBuffer::consume(std::size_t count) {
    assert(count <= end_ - begin_);
    begin_ += count;
}

void InputBuffer::erase(std::size_t at, std::size_t count) {
    assert(at + count <= end_ - begin_);
    char* const gap = bytes_.get() + begin_ + at;
    std::memmove(gap, gap + count, end_ - begin_ - at - count);
    end_ -= count;
}

void InputBuffer::clear() {
    begin_ = end_ = 0;
    if (capacity_ != kUsualSize) move_to(kUsualSize);
}

// Puts the unread bytes at the front of a buffer of that size.
void InputBuffer::move_to(std::size_t capacity) {
    const std::size_t count = end_ - begin_;
    if (capacity == capacity_) {
        std::memmove(bytes_.get(), bytes_.get() + begin_, count);
    } else {
        std::unique_ptr<char[]> other = std::make_unique_for_overwrite<char[]>(capacity);
        std::memcpy(other.get(), bytes_.get() + begin_, count);
        bytes_ = std::move(other);
        capacity_ = capacity;
    }
    begin_ = 0;
    end_ = count;
}

void Buffers::clear() {
    constexpr std::size_t kMostOutputKept = 64 * 1024;
    input.clear();
    parser.reset();
    output.clear();
    scratch.clear();
    if (output.capacity() > kMostOutputKept) output.shrink_to_fit();
    if (scratch.capacity() > kMostOutputKept) scratch.shrink_to_fit();
}

BufferPool::Lease BufferPool::take() {
    free_.reserve(kMostKept);  // giving back is done while things are destroyed, and must not throw
    if (free_.empty()) return Lease(new Buffers, GiveBack(this));
    std::unique_ptr<Buffers> buffers = std::move(free_.back());
    free_.pop_back();
    return Lease(buffers.release(), GiveBack(this));
}

void BufferPool::give(Buffers* buffers) {
    std::unique_ptr<Buffers> owner(buffers);
    if (free_.size() == kMostKept) return;
    try {
        owner->clear();
        free_.push_back(std::move(owner));
    } catch (const std::bad_alloc&) {
        // Large ones are exchanged for usual ones; without memory for that they are let go.
    }
}

}  // namespace waymark::net::http
