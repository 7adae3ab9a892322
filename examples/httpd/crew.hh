// Threads that have one client each, in two designs: made for each client, or a fixed crew with a
// bounded queue (daemon/thread_pool). Both take the workers (worker.hh) of those who are done from
// a shelf, so that what is kept in memory is not read again for each client.

#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "daemon/thread_pool.hh"
#include "entrance.hh"
#include "worker.hh"

namespace waymark::httpd {

class Crew {
  public:
    // `shared` must outlive it. With `is_fixed`, options.threads threads are started here. Throws
    // std::system_error if they cannot be.
    Crew(Shared& shared, bool is_fixed);
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;
    // Waits for all clients.
    ~Crew();

    // Serves it in a thread. Who cannot be served, because the queue is full or the system gives no
    // thread, is closed; it is logged. On one thread.
    void serve(daemon::Fd socket, const net::Address& peer, Entrance::Place place);

    // All who are served may finish until then; who waits in the queue is closed. `when_idle` is
    // called, in any thread, when the last one is gone; at once if nobody is there. A second call
    // moves the deadline.
    void stop(daemon::Deadline deadline, std::function<void()> when_idle);

  private:
    struct Client {
        daemon::Fd socket;
        net::Address peer;  // as accept(2) told it: who is gone is nobody's peer any more
        Entrance::Place place;
    };
    using Threads = std::list<std::thread>;

    void start_thread(std::shared_ptr<Client> client);
    void join_ended();
    void serve_and_leave(Client& client) noexcept;
    void serve_one(Client& client);
    std::unique_ptr<Worker> take_worker();
    void give_worker(std::unique_ptr<Worker> worker);
    void leave();

    Shared& shared_;
    std::mutex mutex_;  // guards all down to ended_
    std::vector<std::unique_ptr<Worker>> shelf_;
    std::set<Worker*> serving_;
    std::size_t clients_ = 0;  // that wait or are served
    bool is_stopping_ = false;
    std::function<void()> when_idle_;
    std::vector<Threads::iterator> ended_;      // to be joined
    Threads threads_;                           // of clients
    std::unique_ptr<daemon::ThreadPool> pool_;  // of a fixed crew
};

}  // namespace waymark::httpd
