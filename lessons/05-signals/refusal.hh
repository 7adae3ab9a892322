// What the constructor of a handler says to a signal, as a number: to be compared, and to be given
// as an exit status.

#pragma once

#include <exception>
#include <system_error>

#include "daemon/signals.hh"

namespace waymark::course::check {

inline constexpr int kOther = 201;

// 0 if it went well, else the error that it threw; kOther for an exception that has none.
inline int error_of(int signal, daemon::SignalFlag& flag) {
    try {
        const daemon::ScopedSignalHandler handler(signal, flag);
    } catch (const std::system_error& refused) {
        return refused.code().value();
    } catch (const std::exception&) {
        return kOther;
    }
    return 0;
}

}  // namespace waymark::course::check
