#include "services/quarantine_wishes.hh"

#include <exception>
#include <utility>

namespace waymark::tracker {

QuarantineDone fulfil(const QuarantineWish& wish, Store& store, std::vector<Fix>& fresh) {
    const QuarantineChoice choice{wish.device, wish.number};
    QuarantineDone done;
    done.id = wish.id;
    fresh.clear();
    try {
        if (wish.action == QuarantineWish::Action::remove) {
            done.gone = store.remove_quarantined(choice);
            return done;
        }
        Quarantine::Replayed replayed = store.replay_quarantined(choice, wish.after);
        done.gone = replayed.moved;
        done.kept = replayed.kept;
        done.next = replayed.next;
        fresh = std::move(replayed.fixes);
    } catch (const std::exception& error) {
        done.failure = error.what();
    }
    return done;
}

}  // namespace waymark::tracker
