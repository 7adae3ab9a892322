#include "gathered_news.hh"

#include <algorithm>
#include <utility>

namespace waymark::logrelay {

using daemon::Deadline;

GatheredNews::GatheredNews(net::EventLoop& loop, const MessageRing& ring,
                           std::function<void()> tell)
    : loop_(loop),
      ring_(ring),
      tell_(std::move(tell)),
      timer_(loop.timers(), [this] { tell_now(); }),
      may_tell_again_(Deadline::Clock::time_point::min()),
      told_messages_(ring.next()),
      told_bytes_(ring.bytes_added()) {}

void GatheredNews::add() {
    if (is_enough() || may_tell_again_.expired(loop_.now())) return tell_now();
    if (!timer_.is_set()) timer_.set(may_tell_again_);
}

bool GatheredNews::is_enough() const {
    const MessageRing::Limits& most = ring_.limits();
    return ring_.next() - told_messages_ >= most.messages / 4 ||
           ring_.bytes_added() - told_bytes_ >= std::min<std::uint64_t>(kPiece, most.bytes / 4);
}

void GatheredNews::tell_now() {
    timer_.cancel();
    may_tell_again_ = Deadline::after(kPause, loop_.now());
    told_messages_ = ring_.next();
    told_bytes_ = ring_.bytes_added();
    tell_();
}

}  // namespace waymark::logrelay
