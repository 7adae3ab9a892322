// Hands lines to the system log of this machine: the socket file /dev/log, or another in its place.
// It does not wait: a system log that is down, or does not read, is told to the caller, who decides
// how long a message is worth waiting for. What was given up is told in the log itself, before the
// first line that it takes again.
//
// The file is a datagram socket with journald and rsyslog; with some others it is a stream, in
// which each message ends with a zero byte, as syslog(3) sends it.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "daemon/fd.hh"

namespace waymark::logrelay {

class LocalLog {
  public:
    // `lost_line` makes the line that tells of `count` lost ones. Opens nothing yet. Throws
    // UsageError for a path that is too long for a socket.
    LocalLog(std::string path, std::function<std::string(std::uint64_t count)> lost_line);

    // True: the system log has it. False: it is full, or nobody is there; the reason is errno. Of a
    // stream it may have a part only, and the rest goes before the next line; a system log that
    // ends meanwhile has lost that.
    bool put(std::string_view line);

    // The caller gives a line up. The next one that is taken is preceded by the count.
    void give_up_one() { ++lost_, ++untold_; }
    // Since the start.
    std::uint64_t lost() const { return lost_; }

  private:
    bool send(std::string_view line);
    bool send_datagram(std::string_view line);
    bool send_in_stream(std::string_view line);
    bool flush_rest();
    bool connect();

    std::string path_;
    std::function<std::string(std::uint64_t)> lost_line_;
    daemon::Fd socket_;
    bool is_stream_ = false;
    std::string rest_;  // of a line in a stream, that is begun
    std::uint64_t lost_ = 0;
    std::uint64_t untold_ = 0;
};

}  // namespace waymark::logrelay
