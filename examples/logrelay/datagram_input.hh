// A datagram socket on the event loop: each datagram that comes is a call. Several are taken with
// one system call (recvmmsg(2)): a sender in a hurry fills the kernel's buffer faster than one call
// for each can empty it, and what finds no room there is lost without a word to the sender. How
// many were lost the kernel counts, and here it is told, before the first that came through again.

#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "daemon/fd.hh"
#include "net/address.hh"
#include "net/event_loop.hh"

namespace waymark::logrelay {

class DatagramInput final : private net::EventLoop::Watcher {
  public:
    struct Calls {
        // `bytes` are valid during the call. `is_cut`: there were more of them than `longest`.
        std::function<void(std::string_view bytes, const net::Address& from, bool is_cut)>
            on_datagram;
        // So many were lost here, between those that came (socket(7), SO_RXQ_OVFL; only UDP).
        std::function<void(std::uint32_t count)> on_lost;
        // All those that came together have been told.
        std::function<void()> on_batch;
    };

    // So many are taken at once, and then the others on the loop have their turn.
    static constexpr std::size_t kBatch = 64;

    // The loop must outlive it. `longest` is what is taken of a datagram, in bytes. Throws
    // std::system_error if the loop cannot watch the socket, or it is none.
    DatagramInput(net::EventLoop& loop, daemon::Fd socket, std::size_t longest, Calls calls);
    DatagramInput(const DatagramInput&) = delete;
    DatagramInput& operator=(const DatagramInput&) = delete;
    ~DatagramInput();

    // Takes a batch; false if there was nothing, or the system refuses: its reason comes again with
    // the next datagram, and costs this turn only.
    bool take_batch();

    const daemon::Fd& socket() const { return socket_; }

  private:
    struct Control {
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint32_t))> bytes;
    };

    bool on_ready(std::uint32_t events) override;
    void prepare();
    void tell(std::size_t i);
    void look_for_lost(msghdr& header);

    net::EventLoop& loop_;
    daemon::Fd socket_;
    std::size_t longest_;
    Calls calls_;
    std::vector<char> buffer_;  // kBatch pieces of longest_
    std::array<iovec, kBatch> pieces_{};
    std::array<sockaddr_storage, kBatch> senders_{};
    std::array<Control, kBatch> controls_{};
    std::array<mmsghdr, kBatch> headers_{};
    std::uint32_t lost_ = 0;  // as the kernel counts, since the socket is there
};

}  // namespace waymark::logrelay
