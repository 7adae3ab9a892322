#include "services/directory_talk.hh"

#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "services/receiver_messages.hh"
#include "unix_time.hh"

namespace waymark::tracker {

void DirectoryTalk::tell(const std::function<void(std::string_view)>& send) {
    try {
        const std::vector<DirectoryEntry> entries = store_.directory();
        for (const std::string& part : pack_directory(entries))
            send(write_text(MessageKind::directory, part));
        // A directory knows no places, so they follow it.
        shared_places_.learn(entries);
        for (const std::string& message :
             write_places(store_.last_places(unix_now() + kClockError)))
            send(message);
        is_due_ = false;
    } catch (const StoreError& error) {
        if (!error.may_pass()) throw;
        put_off(error);
    } catch (const daemon::UsageError& error) {  // it was opened anew, and is not as it was
        put_off(error);
    }
}

void DirectoryTalk::put_off(const std::exception& error) {
    if (!std::exchange(is_due_, true))
        log_.warning("the list of devices cannot be read for now: {}", error.what());
}

}  // namespace waymark::tracker
