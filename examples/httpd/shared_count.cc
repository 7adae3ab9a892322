#include "shared_count.hh"

#include <sys/mman.h>

#include <cerrno>
#include <new>

#include "daemon/error.hh"

namespace waymark::httpd {

void SharedCount::Unmap::operator()(Count* shared) const {
    ::munmap(shared, sizeof *shared);
}

SharedCount::SharedCount() {
    static_assert(Count::is_always_lock_free);
    void* const shared =
        ::mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) daemon::fail(errno, "mmap");
    asked_.reset(new (shared) Count(0));
}

}  // namespace waymark::httpd
