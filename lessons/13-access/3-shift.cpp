// Wrong: a mask by one shift. For /0 the shift is by 32, the width of the number, and what that is
// nobody has defined: x86 shifts by the lowest five bits of the count, which is by nothing, 32-bit
// ARM pushes all bits out, and a compiler may take either, or leave the code out.
//
// This file is compiled with the sanitizer for shifts, whatever the rest is compiled with; its
// words go through a pipe, so that they are printed in their place.
//
// Look at: what the sanitizer says of /0, and that the mask by bytes is right at both ends.

#include <unistd.h>

#include <cstdint>
#include <string>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "door.hh"

using namespace waymark::demo;

namespace {

//#region shift
std::uint32_t shifted(unsigned bits) {
    return 0xffffffffU << (32 - bits);  //@ 1
}

std::uint32_t by_bytes(unsigned bits) {
    std::uint32_t mask = 0;
    for (unsigned before = 0; before < 32; before += 8) {
        mask <<= 8;
        if (bits >= before + 8)
            mask |= 0xff;  //@ 2
        else if (bits > before)
            mask |= 0xffU & (0xff00U >> (bits - before));  //@ 3
    }
    return mask;
}
//#endregion shift

// What is written to standard error meanwhile, without the place that it begins with.
template <class Body>
std::string reported(Body body) {
    waymark::daemon::Pipe pipe = waymark::daemon::make_pipe();
    const Fd before(waymark::daemon::check(::dup(2), "dup"));
    ::dup2(pipe.writing.get(), 2);
    body();
    ::dup2(before.get(), 2);
    pipe.writing.reset();
    std::string text(1000, '\0');
    const ssize_t size = ::read(pipe.reading.get(), text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    const std::size_t words = text.find("shift exponent");
    return words == text.npos ? "" : text.substr(words, text.find(" for ", words) - words);
}

void show(const char* how, std::uint32_t (*mask)(unsigned)) {
    fmt::print("{}\n", how);
    for (const unsigned bits : {32U, 24U, 1U, 0U}) {
        std::uint32_t made = 0;
        const std::string report = reported([&] { made = mask(bits); });
        fmt::print("   /{:<3} {:08x}{}{}\n", bits, made,
                   report.empty() ? "" : "   sanitizer: ", report);
    }
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    show("1. 0xffffffff << (32 - bits)", shifted);
    show("2. byte by byte", by_bytes);
}
