// For a while there may be more descriptors, or fewer: RLIMIT_NOFILE of getrlimit(2). A case that
// has changed the limit and not given it back would be told that the learner's code had done it
// (surroundings.hh).

#pragma once

#include <sys/resource.h>

namespace waymark::course::check {

// While it lives a new descriptor has a number below `count`; then the limit is what it was.
class DescriptorLimit {
  public:
    explicit DescriptorLimit(rlim_t count) {
        ::getrlimit(RLIMIT_NOFILE, &previous_);
        const rlimit wanted{count, previous_.rlim_max};
        is_set_ = ::setrlimit(RLIMIT_NOFILE, &wanted) == 0;
    }
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;
    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &previous_); }

    // False where the system does not let this user have so many; the limit is the old one then.
    bool is_set() const { return is_set_; }

  private:
    rlimit previous_{};
    bool is_set_ = false;
};

}  // namespace waymark::course::check
