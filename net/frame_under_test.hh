// Frames for tests, written as people write bytes: "45 00 0014" is one of three numbers. Each is in
// memory of exactly its own size, so that the address sanitizer sees a byte that is read behind it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/frame.hh"

namespace waymark::net {

class FrameUnderTest {
  public:
    // Hexadecimal digits, two a byte; everything else is skipped.
    explicit FrameUnderTest(std::string_view hex) {
        std::string digits;
        for (const char letter : hex)
            if (std::string_view("0123456789abcdef").find(letter) != hex.npos) digits += letter;
        size_ = digits.size() / 2;
        bytes_ = std::make_unique<std::uint8_t[]>(size_);
        for (std::size_t i = 0; i < size_; ++i)
            bytes_[i] = static_cast<std::uint8_t>(std::stoi(digits.substr(2 * i, 2), nullptr, 16));
    }
    explicit FrameUnderTest(Bytes bytes)
        : size_(bytes.size()), bytes_(std::make_unique<std::uint8_t[]>(bytes.size())) {
        std::copy(bytes.begin(), bytes.end(), bytes_.get());
    }

    operator Bytes() const { return {bytes_.get(), size_}; }
    std::size_t size() const { return size_; }
    // The first `size` bytes, in memory of their own.
    FrameUnderTest first(std::size_t size) const {
        return FrameUnderTest(Bytes(*this).first(size));
    }

  private:
    std::size_t size_ = 0;
    std::unique_ptr<std::uint8_t[]> bytes_;
};

}  // namespace waymark::net
