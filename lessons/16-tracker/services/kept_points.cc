#include "services/kept_points.hh"

#include "store/quarantine.hh"

namespace waymark::tracker {

// Open for as long as the coroutine that asks: it may be destroyed while it waits.
class KeptPoints::Question {
  public:
    explicit Question(KeptPoints& asked) : asked_(asked), notice_(asked.loop_) {
        asked_.open_[id_] = this;
    }
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;
    ~Question() { asked_.open_.erase(id_); }

    std::uint64_t id() const { return id_; }
    net::Notice& notice() { return notice_; }
    void answer(bool all) {
        answer_ = all;
        notice_.tell_all();
    }
    std::optional<bool> answer() const { return answer_; }

  private:
    KeptPoints& asked_;
    const std::uint64_t id_ = asked_.next_id_++;
    net::Notice notice_;
    std::optional<bool> answer_;
};

net::Task<bool> KeptPoints::has_all(const std::vector<Quarantined>& points) {
    Question question(*this);
    AskKept asked{question.id(), points.front().device, {}};
    for (const Quarantined& point : points) asked.digests.push_back(quarantine_digest(point));
    const std::string message = write(asked);
    if (message.empty() || !send_(message)) co_return false;
    const daemon::Deadline deadline = daemon::Deadline::after(kPatience, loop_.now());
    while (!question.answer()) {
        const bool told = co_await question.notice().wait(deadline);
        if (!told) co_return false;
    }
    co_return *question.answer();
}

void KeptPoints::hear(const Kept& answer) {
    const auto found = open_.find(answer.id);
    if (found != open_.end()) found->second->answer(answer.all);
}

}  // namespace waymark::tracker
