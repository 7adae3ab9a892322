// A write that has no other effect than its bytes: for what a program says about itself, in its log
// and in its last words. write(2) has no MSG_NOSIGNAL. When the reader of a pipe is gone it raises
// SIGPIPE, past RLIMIT_FSIZE it raises SIGXFSZ, and both end a process that has not asked for
// anything else. Whether they are ignored is not ours to decide, so here they are held back for the
// length of the write, and those that it has caused are taken away.

#pragma once

#include <string_view>

namespace waymark::daemon {

// Writes `text` to the descriptor `number`, in one write(2) as long as the kernel takes it whole.
// False if some of it could not be written. Raises no signal, throws nothing.
bool write_quietly(int number, std::string_view text) noexcept;

}  // namespace waymark::daemon
