// A number in memory that processes share, by which one of them tells the others that something was
// asked for: each sees it when it looks, and no signal has to reach it.

#pragma once

#include <atomic>
#include <memory>

namespace waymark::httpd {

class SharedCount {
  public:
    // To be made before any fork. Throws std::system_error.
    SharedCount();

    // All processes, this one as well, will see a change.
    void count() noexcept { asked_->fetch_add(1); }

    // Once after each change, or after several: true for one thread of each process.
    bool has_changed() noexcept {
        const unsigned asked = asked_->load(std::memory_order_relaxed);
        if (seen_.load(std::memory_order_relaxed) == asked) return false;
        return seen_.exchange(asked) != asked;
    }

  private:
    using Count = std::atomic<unsigned>;
    struct Unmap {
        void operator()(Count* shared) const;
    };

    std::unique_ptr<Count, Unmap> asked_;
    Count seen_ = 0;  // by this process
};

}  // namespace waymark::httpd
