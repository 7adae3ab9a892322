#include "datagram_input.hh"

#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/error.hh"

namespace waymark::logrelay {

DatagramInput::DatagramInput(net::EventLoop& loop, daemon::Fd socket, std::size_t longest,
                             Calls calls)
    : loop_(loop),
      socket_(std::move(socket)),
      longest_(longest),
      calls_(std::move(calls)),
      buffer_(kBatch * longest) {
    // How many were lost for want of room comes with the next datagram (socket(7)).
    const int on = 1;
    daemon::check(::setsockopt(socket_.get(), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on),
                  "setsockopt", "SO_RXQ_OVFL");
    loop_.add(socket_, EPOLLIN, *this);
}

DatagramInput::~DatagramInput() {
    loop_.remove(socket_, *this);
}

// An error that waits at the socket (ICMP, of a datagram that we never sent) is taken by the call
// as well.
bool DatagramInput::on_ready(std::uint32_t) {
    return take_batch() || errno != EAGAIN;
}

bool DatagramInput::take_batch() {
    prepare();
    const int count = ::recvmmsg(socket_.get(), headers_.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (count <= 0) return false;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) tell(i);
    calls_.on_batch();
    return true;
}

// The kernel writes lengths into the headers, so they are made anew for each call.
void DatagramInput::prepare() {
    for (std::size_t i = 0; i < kBatch; ++i) {
        pieces_[i] = {buffer_.data() + i * longest_, longest_};
        msghdr& header = headers_[i].msg_hdr;
        header = {};
        header.msg_name = &senders_[i];
        header.msg_namelen = sizeof senders_[i];
        header.msg_iov = &pieces_[i];
        header.msg_iovlen = 1;
        header.msg_control = controls_[i].bytes.data();
        header.msg_controllen = controls_[i].bytes.size();
    }
}

void DatagramInput::tell(std::size_t i) {
    msghdr& header = headers_[i].msg_hdr;
    look_for_lost(header);
    const net::Address from(reinterpret_cast<const sockaddr*>(&senders_[i]), header.msg_namelen);
    const bool is_cut = (header.msg_flags & MSG_TRUNC) != 0;
    calls_.on_datagram({buffer_.data() + i * longest_, headers_[i].msg_len}, from, is_cut);
}

// The difference also holds where the kernel's count has come round to zero.
void DatagramInput::look_for_lost(msghdr& header) {
    for (cmsghdr* each = CMSG_FIRSTHDR(&header); each != nullptr;
         each = CMSG_NXTHDR(&header, each)) {
        if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SO_RXQ_OVFL) continue;
        std::uint32_t count = 0;
        std::memcpy(&count, CMSG_DATA(each), sizeof count);
        const std::uint32_t lost_since = count - std::exchange(lost_, count);
        if (lost_since > 0) calls_.on_lost(lost_since);
    }
}

}  // namespace waymark::logrelay
