#include "net/connect_race.hh"

#include <algorithm>

namespace waymark::net {

using daemon::Deadline;

//#region exercise-07
//#region connect-race
std::optional<std::size_t> ConnectRace::next(Clock::time_point now) {
    if (begun_ == addresses_ || now < next_start_) return std::nullopt;  //@ 1
    if (begun_ > 0 && deadline_.expired(now)) return std::nullopt;       //@ 2
    next_start_ = now + kStagger;                                        //@ 3
    return begun_++;
}

void ConnectRace::failed() {
    ++failed_;
    next_start_ = Clock::time_point::min();  // there is nobody to wait for  //@ 4
}
//#endregion connect-race

bool ConnectRace::is_lost() const {
    return failed_ == addresses_;
}

Deadline ConnectRace::wake_up() const {
    if (begun_ == addresses_) return deadline_;
    return std::min(deadline_, Deadline(next_start_));
}
//#endregion exercise-07

}  // namespace waymark::net
