#include "crew.hh"

#include <exception>
#include <utility>

#include "daemon/error.hh"

namespace waymark::httpd {

using daemon::Severity;

namespace {

// What a burst of clients took beyond this is given back: each has files in memory.
constexpr std::size_t kMostShelved = 64;

}  // namespace

Crew::Crew(Shared& shared, bool is_fixed) : shared_(shared) {
    { const Worker first(shared); }  // so that a root that is not there is told now, and once
    if (is_fixed)
        pool_ = std::make_unique<daemon::ThreadPool>(shared.options.threads,
                                                     shared.options.limits.gate.hard);
}

Crew::~Crew() {
    pool_.reset();
    for (std::thread& thread : threads_) thread.join();
}

void Crew::serve(daemon::Fd socket, const net::Address& peer, Entrance::Place place) {
    auto client = std::make_shared<Client>(Client{std::move(socket), peer, std::move(place)});
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) return;
        ++clients_;
    }
    try {
        if (!pool_) return start_thread(std::move(client));
        const auto accepted = pool_->try_submit([this, client] { serve_and_leave(*client); });
        if (accepted) return;
        shared_.logs.say(Severity::warning, "no thread is free, and the queue is full");
    } catch (const std::exception& error) {
        shared_.logs.say(Severity::error, error.what());
    }
    leave();
}

// The thread's own place in the list is there before it looks, for it looks under the lock.
void Crew::start_thread(std::shared_ptr<Client> client) {
    join_ended();
    const std::lock_guard lock(mutex_);
    const Threads::iterator self = threads_.emplace(threads_.end());
    try {
        *self = std::thread([this, client = std::move(client), self]() mutable {
            serve_and_leave(*client);
            client.reset();
            const std::lock_guard own_lock(mutex_);
            ended_.push_back(self);
        });
    } catch (...) {
        threads_.erase(self);
        throw;
    }
}

void Crew::join_ended() {
    std::vector<Threads::iterator> ended;
    {
        const std::lock_guard lock(mutex_);
        ended.swap(ended_);
    }
    for (const Threads::iterator& thread : ended) {
        thread->join();
        threads_.erase(thread);
    }
}

void Crew::serve_and_leave(Client& client) noexcept {
    try {
        serve_one(client);
    } catch (const std::exception& error) {
        shared_.logs.say(Severity::error, error.what());
    }
    leave();
}

void Crew::serve_one(Client& client) {
    std::unique_ptr<Worker> worker = take_worker();
    if (!worker) return;
    try {
        worker->serve(std::move(client.socket), client.peer);
    } catch (...) {
        // What it has of this client is not to meet the next one.
        const std::lock_guard lock(mutex_);
        serving_.erase(worker.get());
        throw;
    }
    give_worker(std::move(worker));
}

// Null when a stop was asked for: who has waited until then is not served any more.
std::unique_ptr<Worker> Crew::take_worker() {
    std::unique_ptr<Worker> worker;
    {
        const std::lock_guard lock(mutex_);
        if (!shelf_.empty()) {
            worker = std::move(shelf_.back());
            shelf_.pop_back();
        }
    }
    if (!worker) worker = std::make_unique<Worker>(shared_);
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return nullptr;
    serving_.insert(worker.get());
    return worker;
}

void Crew::give_worker(std::unique_ptr<Worker> worker) {
    const std::lock_guard lock(mutex_);
    serving_.erase(worker.get());
    if (!is_stopping_ && shelf_.size() < kMostShelved) shelf_.push_back(std::move(worker));
}

void Crew::leave() {
    std::function<void()> tell;
    {
        const std::lock_guard lock(mutex_);
        --clients_;
        if (clients_ == 0 && is_stopping_) tell = when_idle_;
    }
    if (tell) tell();
}

void Crew::stop(daemon::Deadline deadline, std::function<void()> when_idle) {
    bool is_idle = false;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        when_idle_ = std::move(when_idle);
        for (Worker* worker : serving_) worker->stop(deadline);
        is_idle = clients_ == 0;
    }
    if (is_idle) when_idle_();
}

}  // namespace waymark::httpd
