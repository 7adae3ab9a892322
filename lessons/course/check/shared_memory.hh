// One object that this process and the children it forks see alike. A SignalFlag may lie in it:
// what is lock-free does not care how many processes look at it.

#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <new>

#include "daemon/error.hh"

namespace waymark::course::check {

template <typename Value>
class SharedMemory {
  public:
    SharedMemory() {
        void* place = ::mmap(nullptr, sizeof(Value), PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (place == MAP_FAILED) daemon::fail(errno, "mmap");
        value_ = new (place) Value;
    }
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    ~SharedMemory() { ::munmap(value_, sizeof(Value)); }  // what lies here has nothing to destroy

    Value* operator->() const { return value_; }
    Value& operator*() const { return *value_; }

  private:
    Value* value_;
};

}  // namespace waymark::course::check
