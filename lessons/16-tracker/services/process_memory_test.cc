#include "services/process_memory.hh"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

using namespace waymark::tracker;

TEST_CASE("the share of the pages is read in bytes, and nothing else is taken for it") {
    CHECK(read_pss("00400000-7ffe [rollup]\nRss: 9 kB\nPss:        1234 kB\nPss_Dirty: 5 kB\n") ==
          1234 * 1024);
    for (const char* const text :
         {"", "\nPss:", "\nPss: kB\n", "\nPss: 12\n", "\nPss: -1 kB\n", "\nPss_Dirty: 5 kB\n",
          "\nPss: 99999999999999999999 kB\n", "\nPss: 12 MB\n"}) {
        INFO(text);
        CHECK_FALSE(read_pss(text));
    }
}

TEST_CASE("a process sees its own memory grow, and who was not opened says nothing") {
    const ProcessMemory memory = ProcessMemory::of_this_process();
    const std::optional<std::int64_t> before = memory.pss_bytes();
    REQUIRE(before);
    CHECK(*before > 0);
    constexpr std::size_t kMuch = std::size_t{32} * 1024 * 1024;
    const std::vector<char> much(kMuch, 'x');
    CHECK(*memory.pss_bytes() - *before > static_cast<std::int64_t>(much.size()) / 2);
    CHECK_FALSE(ProcessMemory().pss_bytes());
}
