#include "services/receiver_talk.hh"

#include <algorithm>
#include <exception>

namespace waymark::tracker {
namespace {

// A database that cannot be read now is no reason to say that something is kept.
bool has_all(Store& store, const AskKept& question, daemon::Log& log) {
    const auto is_there = [&](const std::string& digest) {
        return store.has_quarantined(question.device, digest);
    };
    try {
        return std::all_of(question.digests.begin(), question.digests.end(), is_there);
    } catch (const std::exception& error) {
        log.warning("the quarantine cannot be read: {}", error.what());
        return false;
    }
}

}  // namespace

bool ReceiverTalk::takes(std::uint16_t receiver, std::string_view message) {
    if (kind_of(message) == MessageKind::heard) {
        std::vector<Heard> heard;
        if (read(message, heard)) pass_on(receiver, heard);
        return true;
    }
    if (kind_of(message) == MessageKind::ask_kept) {
        Asked asked{receiver, {}};
        if (read(message, asked.question)) asked_.push_back(std::move(asked));
        return true;
    }
    return false;
}

void ReceiverTalk::pass_on(std::uint16_t receiver, const std::vector<Heard>& heard) {
    std::vector<Heard> news;
    for (const Heard& each : heard)
        if (heard_from_.add(each.device, each.network)) news.push_back(each);
    for (const std::string& message : write_heard(news)) send_(ToWhom::others, receiver, message);
}

void ReceiverTalk::answer(Store& store, daemon::Log& log) {
    for (const Asked& asked : std::exchange(asked_, {}))
        send_(ToWhom::it, asked.receiver,
              write(Kept{asked.question.id, has_all(store, asked.question, log)}));
}

}  // namespace waymark::tracker
