#include "start_pages.hh"

#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "daemon/error.hh"

using namespace waymark::tracker;

namespace {

// Of this process, pages of files that are in its mapping, in KiB (proc(5)).
long mapped_of_files() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        long size = 0;
        if (word == "RssFile:" && status >> size) return size;
    }
    return 0;
}

int changed = 1;

// Its table of functions is one of the pages that the linker has corrected.
struct Corrected {
    virtual ~Corrected() = default;
    virtual int answer() const { return changed; }
};

}  // namespace

TEST_CASE("what the start has mapped of the files is let go, and comes back where it is touched") {
    changed = 42;
    const std::unique_ptr<Corrected> corrected = std::make_unique<Corrected>();
    const long before = mapped_of_files();
    let_start_pages_go();
    const long after = mapped_of_files();
    CAPTURE(before);
    CHECK(after < before * 3 / 4);
    // Pages that were written are still what was written.
    CHECK(changed == 42);
    CHECK(corrected->answer() == 42);
    CHECK_THROWS_AS(throw waymark::daemon::UsageError("a table of the compiler's"),
                    std::runtime_error);
}
