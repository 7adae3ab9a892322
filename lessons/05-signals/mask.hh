// The signals that are blocked for this thread, as text: to be compared, and to be read.

#pragma once

#include <signal.h>
#include <string.h>

#include <string>

namespace waymark::course::check {

using Mask = std::string;

inline Mask mask_now() {
    sigset_t blocked;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    Mask text;
    for (int signal = 1; signal < _NSIG; ++signal) {
        if (::sigismember(&blocked, signal) != 1) continue;
        const char* name = ::sigabbrev_np(signal);
        text += (text.empty() ? "" : " ") + (name ? std::string(name) : std::to_string(signal));
    }
    return text.empty() ? "none" : text;
}

}  // namespace waymark::course::check
