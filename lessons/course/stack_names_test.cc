#include "lessons/course/stack_names.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <link.h>

#include <cstdint>

using waymark::course::with_names;

namespace {

// Where this program's code begins, as /proc/PID/maps and a sanitizer's report count.
std::uintptr_t start_of_program() {
    std::uintptr_t start = 0;
    ::dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* found) {
            *static_cast<std::uintptr_t*>(found) = info->dlpi_addr;
            return 1;  // the first is the program
        },
        &start);
    return start;
}

const std::filesystem::path kThis = std::filesystem::read_symlink("/proc/self/exe");

std::string frame_at(void (*function)(), std::string_view behind = "") {
    return fmt::format("    #1 0x55d  ({}+{:#x}){}", kThis.string(),
                       reinterpret_cast<std::uintptr_t>(function) - start_of_program(), behind);
}

void called_here() {}

}  // namespace

TEST_CASE("a frame of the program gets its function and its line and keeps what stands before") {
    for (const char* behind : {"", " (BuildId: 0123abc)"}) {
        const std::string named =
            with_names("WRITE of size 4\n" + frame_at(called_here, behind) + "\n\n", kThis);
        CAPTURE(named);
        CHECK(named.starts_with("WRITE of size 4\n    #1 0x55d in "));
        CHECK(named.find("called_here() ") != named.npos);
        CHECK(named.find("stack_names_test.cc:") != named.npos);
        CHECK(named.ends_with("\n\n"));
        CHECK(named.find("+0x") == named.npos);
    }
}

TEST_CASE("what has no name stays as it was") {
    for (const std::string& text :
         {std::string(), std::string("no stack\n"), std::string("    #1 0x55d  (/bin/sh+0x1234)\n"),
          "    #1 0x55d  (" + kThis.string() + "+0xfffffffffff)\n",
          "    #1 0x55d  (" + kThis.string() + "2+0x1234)",
          "it said (" + kThis.string() + "+0x1234)\n"}) {
        CAPTURE(text);
        CHECK(with_names(text, kThis) == text);
    }
}

TEST_CASE("where the program is not there nothing is named") {
    const std::string text = "    #1 0x55d  (/nowhere/check+0x1234)\n";
    CHECK(with_names(text, "/nowhere/check") == text);
}
