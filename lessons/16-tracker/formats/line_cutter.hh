// Cuts bytes that come in parts into lines, for formats of lines. A line ends with LF or CR LF, the
// last one also without; a byte order mark before the first is left out. An endless line takes no
// more memory than kLongest: it is passed over, and said to be too long.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::tracker {

class LineCutter {
  public:
    static constexpr std::size_t kLongest = std::size_t{64} * 1024;

    struct Handlers {
        // Without its end. Lines count from 1.
        std::function<void(std::string_view line, std::uint64_t number)> on_line;
        std::function<void(std::uint64_t number)> on_too_long;
    };

    explicit LineCutter(Handlers handlers) : handlers_(std::move(handlers)) {}

    void read(std::string_view bytes);
    void end();

  private:
    void add(std::string_view part);
    void give();

    Handlers handlers_;
    std::string begun_;  // of a line whose end has not come
    std::uint64_t number_ = 1;
    bool is_too_long_ = false;
};

}  // namespace waymark::tracker
