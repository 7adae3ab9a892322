#include "services/service_host.hh"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <thread>
#include <utility>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::tracker {

namespace {

class ProcessHost final : public ServiceHost {
  public:
    explicit ProcessHost(Ended ended) : ended_(std::move(ended)) {}

    int start(Body body, std::vector<int> keep) override {
        return children_.start([&body, &keep] {
            daemon::close_all_but(keep);
            return body();
        });
    }

    void kill(int id) override { children_.signal_one(id, SIGKILL); }

    pid_t process_of(int id) const override { return id; }

    void reap() override {
        for (const daemon::Children::Ended& child : children_.reap())
            ended_(child.pid, child.status.describe());
    }

  private:
    Ended ended_;
    daemon::Children children_;
};

class ThreadHost final : public ServiceHost {
  public:
    ThreadHost(net::EventLoop& loop, Ended ended) : loop_(loop), ended_(std::move(ended)) {}
    ~ThreadHost() override {
        for (auto& [id, thread] : threads_) thread.join();
    }

    int start(Body body, std::vector<int>) override {
        const int id = ++last_id_;
        threads_.emplace(id, std::thread([this, id, body = std::move(body)] {
                             const int code = daemon::run_main("tracker", body);
                             loop_.post([this, id, code] { joined(id, code); });
                         }));
        return id;
    }

    // One thread cannot be ended from outside. The process can, and the supervisor's next start
    // finds the store as it would after a power cut: whole.
    void kill(int) override { std::_Exit(daemon::kExitSystem); }

    pid_t process_of(int) const override { return ::getpid(); }

  private:
    void joined(int id, int code) {
        const auto thread = threads_.find(id);
        thread->second.join();
        threads_.erase(thread);
        ended_(id, fmt::format("exit status {}", code));
    }

    net::EventLoop& loop_;
    Ended ended_;
    std::map<int, std::thread> threads_;
    int last_id_ = 0;
};

}  // namespace

std::unique_ptr<ServiceHost> make_process_host(ServiceHost::Ended ended) {
    return std::make_unique<ProcessHost>(std::move(ended));
}

std::unique_ptr<ServiceHost> make_thread_host(net::EventLoop& loop, ServiceHost::Ended ended) {
    return std::make_unique<ThreadHost>(loop, std::move(ended));
}

}  // namespace waymark::tracker
