// Values as bytes, for messages between the tracker's processes. All of them run on one machine and
// from one binary, so numbers travel as they stand in memory. The reader believes no length before
// it has compared it with what is there: a process that went mad must not take the next one with
// it.

#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace waymark::tracker {

class ByteWriter {
  public:
    // Appends to `out`, which stays the caller's.
    explicit ByteWriter(std::string& out) : out_(out) {}

    template <class Number>
    requires(std::is_arithmetic_v<Number> || std::is_enum_v<Number>) void put(Number number) {
        out_.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
    // Length first. At most 4 GiB.
    void put(std::string_view text) {
        put(static_cast<std::uint32_t>(text.size()));
        out_.append(text);
    }
    void put(const std::optional<float>& number) {
        put(number.has_value());
        put(number.value_or(0));
    }

  private:
    std::string& out_;
};

class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) : left_(bytes) {}

    // Zero, and ok() false from then on, when the bytes do not suffice.
    template <class Number>
    requires(std::is_arithmetic_v<Number> || std::is_enum_v<Number>) Number get() {
        Number number{};
        const std::string_view bytes = take(sizeof number);
        if (ok_) std::memcpy(&number, bytes.data(), sizeof number);
        return number;
    }
    std::string_view get_text() { return take(get<std::uint32_t>()); }
    std::optional<float> get_optional() {
        const bool known = get<std::uint8_t>() != 0;
        const float number = get<float>();
        return known ? std::optional(number) : std::nullopt;
    }

    bool ok() const { return ok_; }
    // All was read, and it was enough.
    bool complete() const { return ok_ && left_.empty(); }
    std::size_t left() const { return left_.size(); }

  private:
    std::string_view take(std::size_t count) {
        if (!ok_ || count > left_.size()) {
            ok_ = false;
            return {};
        }
        const std::string_view taken = left_.substr(0, count);
        left_.remove_prefix(count);
        return taken;
    }

    std::string_view left_;
    bool ok_ = true;
};

}  // namespace waymark::tracker
