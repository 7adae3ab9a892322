// What a demo hands in for a pane of its slide: lines of text, a datagram each, at a Unix socket
// (unix(7)) whose path the demo finds in its environment. What they mean, and how many are too
// many, is said by who reads them (frame_inbox.hh, load_inbox.hh).

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/fd.hh"

namespace waymark::slides {

class DatagramInbox {
  public:
    static constexpr std::size_t kLongestLine = 240;

    // Makes the socket `name` in `folder` if it is `wanted` and its path is not too long for a
    // socket's name. Throws std::system_error.
    DatagramInbox(const std::filesystem::path& folder, std::string_view name, bool wanted);

    // "" without a socket.
    const std::filesystem::path& path() const { return path_; }
    // For poll(2): readable when something has come. -1 without a socket.
    int descriptor() const { return socket_.get(); }

    // The next that has come, without waiting; nothing if there is none. One that is longer than
    // kLongestLine is cut to a byte more than that.
    std::optional<std::string> next();

  private:
    std::filesystem::path path_;
    daemon::Fd socket_;
};

}  // namespace waymark::slides
