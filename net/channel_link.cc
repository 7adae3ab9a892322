#include "net/channel_link.hh"

#include <utility>

namespace waymark::net {

using daemon::Channel;
using daemon::Fd;

namespace {
// More than this from one peer in one round, and the others would wait for it.
constexpr int kMessagesPerRound = 64;
constexpr std::chrono::milliseconds kPauseWithoutMemory(10);

// What a message in the queue costs: its bytes, the string that holds them, and what the heap adds.
// By its bytes alone a megabyte of messages of one byte were thirty-four.
std::size_t cost_of(std::string_view message) {
    constexpr std::size_t kHeap = 32;
    return message.size() + sizeof(std::string) + kHeap;
}
}  // namespace

ChannelLink::ChannelLink(EventLoop& loop, Channel channel, Handlers handlers,
                         std::size_t most_queued)
    : loop_(loop),
      again_(loop.timers(), [this] { send_queued(); }),
      channel_(std::move(channel)),
      handlers_(std::move(handlers)),
      most_queued_(most_queued) {
    loop_.add(channel_.fd(), watched_, *this);
}

ChannelLink::~ChannelLink() {
    *exists_ = false;
    loop_.remove(channel_.fd(), *this);
}

bool ChannelLink::send(std::string_view message, const Fd* descriptor) {
    if (closed_) return false;
    Channel::Result result = Channel::Result::would_block;
    if (queue_.empty()) {
        result = channel_.send(message, descriptor);
        if (result == Channel::Result::done || result == Channel::Result::closed)
            return result == Channel::Result::done;
    }
    if (descriptor != nullptr || queued_bytes_ + cost_of(message) > most_queued_) return false;
    queue_.emplace_back(message);
    queued_bytes_ += cost_of(message);
    if (result == Channel::Result::exhausted)
        send_later();
    else if (!again_.is_set())
        watch(EPOLLIN | EPOLLOUT);
    return true;
}

bool ChannelLink::on_ready(std::uint32_t events) {
    if (closed_) return false;
    const std::size_t queued_before = queued_bytes_;
    const std::uint32_t watched_before = watched_;
    if ((events & EPOLLOUT) != 0) send_queued();
    const bool gave = queued_bytes_ != queued_before || watched_ != watched_before;
    // Last, because the link may be gone afterwards.
    const bool took = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && receive_some();
    return gave || took;
}

// True if a message came, or the end.
bool ChannelLink::receive_some() {
    const std::shared_ptr<bool> exists = exists_;
    for (int i = 0; i < kMessagesPerRound; ++i) {
        Channel::Received received = channel_.receive();
        if (received.result == Channel::Result::would_block) return i > 0;
        if (received.result == Channel::Result::closed) {
            closed_ = true;
            again_.cancel();
            watch(EPOLLET);
            if (handlers_.on_closed) handlers_.on_closed();
            return true;
        }
        handlers_.on_message(received.message, std::move(received.descriptor));
        if (!*exists) return true;
    }
    return true;
}

void ChannelLink::send_queued() {
    while (!queue_.empty()) {
        const Channel::Result result = channel_.send(queue_.front());
        if (result == Channel::Result::exhausted) return send_later();
        if (result != Channel::Result::done) return watch(EPOLLIN | EPOLLOUT);
        queued_bytes_ -= cost_of(queue_.front());
        queue_.pop_front();
    }
    watch(EPOLLIN);
}

void ChannelLink::send_later() {
    watch(EPOLLIN);
    again_.set(daemon::Deadline::after(kPauseWithoutMemory, loop_.now()));
}

// A hang-up is reported whether it is asked for or not (epoll_ctl(2)), and for as long as it lasts;
// edge-triggered it is reported once more, and then the loop can sleep.
void ChannelLink::watch(std::uint32_t events) {
    if (events == watched_ || (closed_ && events != EPOLLET)) return;
    watched_ = events;
    loop_.change(channel_.fd(), events, *this);
}

}  // namespace waymark::net
