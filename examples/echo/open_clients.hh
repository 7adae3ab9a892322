// The clients of a server with threads. A thread that waits in recv(2) hears of nothing else, so
// whoever ends the server must reach it through its socket: shutdown(2) lets the client's end come
// at once. A place in the list is an object, so that none is forgotten; it owns the socket.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <utility>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"

namespace waymark::echo {

class OpenClients {
  public:
    class Place {
      public:
        Place(OpenClients& all, std::list<daemon::Fd>::iterator position)
            : all_(&all), position_(position) {}
        Place(Place&& other) noexcept
            : all_(std::exchange(other.all_, nullptr)), position_(other.position_) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (all_ != nullptr) all_->leave(position_);
        }
        const daemon::Fd& socket() const { return *position_; }

      private:
        OpenClients* all_;
        std::list<daemon::Fd>::iterator position_;
    };

    // The list must outlive its places. Safe from any thread, as all of these.
    Place enter(daemon::Fd socket);
    std::size_t size() const;

    // Lets the end of every client come, and returns when all have left their places; who has not
    // by `grace` is cut off.
    void end_all(daemon::Deadline grace);

  private:
    void leave(std::list<daemon::Fd>::iterator position);

    mutable std::mutex mutex_;
    std::condition_variable empty_;
    std::list<daemon::Fd> sockets_;  // guarded by mutex_
};

}  // namespace waymark::echo
