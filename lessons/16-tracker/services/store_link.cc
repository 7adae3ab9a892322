#include "services/store_link.hh"

#include <new>
#include <utility>

namespace waymark::tracker {

using daemon::Deadline;

namespace {
constexpr std::size_t kSpareBuffers = 16;
}

StoreLink::StoreLink(net::EventLoop& loop, Limits limits)
    : loop_(loop), limits_(limits), late_(loop.timers(), [this] { give_up_on_late(); }) {
    spare_buffers_.reserve(kSpareBuffers);  // so that keeping one cannot fail
    loop_.after_each_round([this] { flush(); });
}

StoreLink::~StoreLink() = default;

void StoreLink::connect(daemon::Channel channel) {
    channel.grow_buffers(std::size_t{4} * 1024 * 1024);
    net::ChannelLink::Handlers handlers;
    handlers.on_message = [this](std::string_view message, daemon::Fd) { heard(message); };
    handlers.on_closed = [this] { channel_.reset(); };
    channel_ = std::make_unique<net::ChannelLink>(loop_, std::move(channel), std::move(handlers));
    for (Outgoing& outgoing : unanswered_) outgoing.sent = false;
    in_flight_ = 0;
    flush();
}

namespace {

// Memory that runs out within an item must not leave half of it: nobody could read the batch, in
// which others have their fixes.
template <class Value>
bool add_whole(std::string& message, const Value& value) {
    const std::size_t size_before = message.size();
    try {
        return BatchWriter(message).add(value);
    } catch (const std::bad_alloc&) {
        message.resize(size_before);
        throw;
    }
}

void refuse(StoreLink::Result& result, std::string_view reason) {
    result.durable = false;
    try {
        result.reason = reason;
    } catch (const std::bad_alloc&) {
        result.reason.clear();  // it matters more that the phone is told
    }
}

}  // namespace

// Writes what was decoded into the open batch, and into further ones where it does not fit.
bool StoreLink::take(Submission& submission) {
    if (unanswered_bytes_ > limits_.most_bytes) {
        submission.result_ = {false, "the store does not keep up"};
        return false;
    }
    const Decoded& decoded = submission.decoded_;
    for (const Fix& fix : decoded.fixes)
        if (!put(fix, submission)) return false;
    for (const Quarantined& quarantined : decoded.quarantined)
        if (!put(quarantined, submission)) return false;
    if (decoded.heartbeat && !put(*decoded.heartbeat, submission)) return false;
    return true;
}

template <class Value>
bool StoreLink::put(const Value& value, Submission& submission) {
    bool fresh = false;
    for (;;) {
        Outgoing& batch = open_batch(fresh);
        const std::size_t size_before = batch.message.size();
        // An open batch is continued; its head was written when it was opened.
        if (add_whole(batch.message, value)) {
            unanswered_bytes_ += batch.message.size() - size_before;
            if (batch.waiting.empty() || batch.waiting.back() != &submission) {
                batch.waiting.push_back(&submission);
                if (submission.batches_left_++ == 0) submission.first_ticket_ = batch.ticket;
            }
            return true;
        }
        if (fresh) {
            // Larger than a whole message: no decoder makes such a thing.
            if (submission.batches_left_ > 0) forget(submission);
            submission.batches_left_ = 0;
            submission.result_ = {false, "too large to be stored"};
            return false;
        }
        fresh = true;
    }
}

// The batch that has not been sent yet; a new one if there is none, or if that one is full.
StoreLink::Outgoing& StoreLink::open_batch(bool fresh) {
    const bool has_open = !unanswered_.empty() && !unanswered_.back().sent;
    if (has_open && !fresh) return unanswered_.back();
    // Whole before it is in the list, should memory run out meanwhile.
    Outgoing batch;
    batch.ticket = next_ticket_;
    batch.deadline = Deadline::after(limits_.patience, loop_.now());
    if (!spare_buffers_.empty()) {
        batch.message = std::move(spare_buffers_.back());
        spare_buffers_.pop_back();
    }
    BatchWriter::begin(batch.message, batch.ticket);
    if (!late_.is_set()) late_.set(batch.deadline);
    unanswered_.push_back(std::move(batch));
    ++next_ticket_;
    unanswered_bytes_ += unanswered_.back().message.size();
    return unanswered_.back();
}

void StoreLink::forget(Submission& submission) {
    for (Outgoing& outgoing : unanswered_) {
        if (outgoing.ticket < submission.first_ticket_) continue;
        std::erase(outgoing.waiting, &submission);
    }
}

void StoreLink::flush() {
    // Only the newest batches can be unsent, but for a store that has just been connected.
    auto first_unsent = unanswered_.end();
    while (first_unsent != unanswered_.begin() && !std::prev(first_unsent)->sent) --first_unsent;
    for (auto outgoing = first_unsent; outgoing != unanswered_.end(); ++outgoing)
        if (channel_ != nullptr && is_due(*outgoing)) send(*outgoing);
}

// The newest batch can still grow; a full one has a newer one behind it.
bool StoreLink::is_due(const Outgoing& outgoing) const {
    return in_flight_ == 0 || &outgoing != &unanswered_.back();
}

void StoreLink::send(Outgoing& outgoing) {
    outgoing.sent = true;
    ++in_flight_;
    // A message that cannot be queued is answered by nobody and ends at its deadline.
    try {
        channel_->send(outgoing.message);
    } catch (const std::bad_alloc&) {
    }
}

void StoreLink::heard(std::string_view message) {
    Answer answer;
    Room room;
    switch (kind_of(message)) {
        case MessageKind::room:
            if (on_room_ && read(message, room)) on_room_(room.left);
            break;
        case MessageKind::answer:
            // Without memory for it, it is as if it had not come: see the deadline.
            try {
                if (!read(message, answer)) break;
            } catch (const std::bad_alloc&) {
                break;
            }
            answered(answer);
            break;
        case MessageKind::directory:
            if (on_directory_) on_directory_(text_of(message));
            break;
        default:
            if (on_other_) on_other_(message);
            break;
    }
}

// The store works in the order of the tickets, so one answer settles all up to its own.
void StoreLink::answered(const Answer& answer) {
    for (Outgoing& outgoing : unanswered_) {
        if (outgoing.ticket > answer.ticket) break;
        settle(outgoing, answer.durable, answer.reason);
    }
    drop_settled();
    // Before those who waited are resumed: the store works on while their answers are written.
    flush();
}

void StoreLink::settle(Outgoing& outgoing, bool durable, std::string_view reason) {
    for (Submission* submission : outgoing.waiting) {
        if (!durable) refuse(submission->result_, reason);
        if (--submission->batches_left_ == 0) loop_.schedule(submission->resumable_);
    }
    outgoing.waiting.clear();
    unanswered_bytes_ -= outgoing.message.size();
    if (outgoing.sent) --in_flight_;
    outgoing.ticket = 0;
    if (spare_buffers_.size() < kSpareBuffers)
        spare_buffers_.push_back(std::move(outgoing.message));
}

void StoreLink::drop_settled() {
    while (!unanswered_.empty() && unanswered_.front().ticket == 0) unanswered_.pop_front();
}

void StoreLink::give_up_on_late() {
    for (Outgoing& outgoing : unanswered_) {
        if (!outgoing.deadline.expired(loop_.now())) break;
        settle(outgoing, false, "the store did not answer in time");
    }
    drop_settled();
    if (!unanswered_.empty()) late_.set(unanswered_.front().deadline);
}

}  // namespace waymark::tracker
