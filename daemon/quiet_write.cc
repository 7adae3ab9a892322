#include "daemon/quiet_write.hh"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "daemon/without_write_signals.hh"

namespace waymark::daemon {

std::size_t write_quietly(int number, std::string_view text) noexcept {
    const WithoutWriteSignals guard;
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t written = ::write(number, text.data() + done, text.size() - done);
        if (written == -1 && errno == EINTR) continue;
        if (written <= 0) break;
        done += static_cast<std::size_t>(written);
    }
    return done;
}

}  // namespace waymark::daemon
