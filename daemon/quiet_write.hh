// A write that has no other effect than its bytes: for what a program says about itself, in its log
// and in its last words. The signals that a write may raise are held back meanwhile, and those
// that it has caused are taken away (daemon/without_write_signals).

#pragma once

#include <cstddef>
#include <string_view>

namespace waymark::daemon {

// Writes `text` to the descriptor `number`, in one write(2) as long as the kernel takes it whole.
// Gives how many of its bytes were written: fewer than all if the others could not be. Raises no
// signal, throws nothing.
std::size_t write_quietly(int number, std::string_view text) noexcept;

}  // namespace waymark::daemon
