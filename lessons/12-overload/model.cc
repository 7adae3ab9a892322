#include "model.hh"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace waymark::course::check {

namespace {

const std::array<GateLimits, 5> kLimits{{
    {.soft = 2, .hard = 3, .per_network = 2, .early_drop = {}},
    {.soft = 3, .hard = 5, .per_network = 1, .early_drop = {}},
    {.soft = 1, .hard = 1, .per_network = 1, .early_drop = {}},
    {.soft = 4, .hard = 6, .per_network = 3, .early_drop = EarlyDrop{1, 40, 4}},
    {.soft = 2, .hard = 6, .per_network = 2, .early_drop = EarlyDrop{0, 0, 3}},
}};

struct Peer {
    Address address;
    int network;  // those with one number are one; 0 is none
};

const std::vector<Peer>& peers() {
    static const std::vector<Peer> all{
        {ip("192.0.2.1", 1000), 1}, {ip("::ffff:192.0.2.1", 2000), 1},  {ip("192.0.2.2"), 2},
        {ip("2001:db8::1"), 3},     {ip("2001:db8::2:0:0:9", 7), 3},    {link_local(1, 1), 4},
        {link_local(1, 2), 5},      {Address::parse("unix:/run/a"), 0},
    };
    return all;
}

class Model {
  public:
    const GateLimits& limits() const { return kLimits[limits_]; }
    std::size_t count() const {
        return static_cast<std::size_t>(std::ranges::count_if(inside, has));
    }
    std::size_t count_of(int network) const {
        return static_cast<std::size_t>(std::ranges::count(inside, std::optional(network)));
    }
    std::size_t networks() const {
        std::size_t many = 0;
        for (int network = 1; network <= 5; ++network) many += count_of(network) > 0;
        return many;
    }
    bool has_room() const { return count() < limits().soft; }

    ReachedLimit reason(int network, unsigned roll) const {
        if (count() >= limits().hard) return ReachedLimit::hard_limit;
        if (network != 0 && count_of(network) >= limits().per_network)
            return ReachedLimit::network_limit;
        return roll < percent() ? ReachedLimit::early_drop : ReachedLimit::none;
    }

    // Each change by itself, because each may make room.
    void change(std::size_t place, std::optional<int> network) {
        const bool had_room = has_room();
        inside[place] = network;
        rooms += !had_room && has_room();
    }
    void set_limits(std::size_t which) {
        const bool had_room = has_room();
        limits_ = which;
        rooms += !had_room && has_room();
    }

    std::array<std::optional<int>, kPlaces + 1> inside;  // the last: who has just entered
    int rooms = 0;

  private:
    static bool has(const std::optional<int>& network) { return network.has_value(); }
    unsigned percent() const {
        if (!limits().early_drop) return 0;
        const auto& [start, rate, full] = *limits().early_drop;
        if (count() < start) return 0;
        if (count() >= full) return 100;
        return rate + (100 - rate) * static_cast<unsigned>(count() - start) /
                          static_cast<unsigned>(full - start);
    }

    std::size_t limits_ = 0;
};

// Both of them, side by side.
class Comparison {
  public:
    Comparison() : gate_(kLimits[0], [this] { return roll_; }) {
        gate_->on_room([this] {
            ++rooms_;
            told_early_ = told_early_ || !gate_->has_room();
        });
    }
    ~Comparison() { gate_->on_room({}); }

    std::optional<Difference> after(const Deed& deed) {
        std::optional<Difference> found =
            deed.kind == Deed::Kind::enter ? enter(deed) : std::nullopt;
        if (deed.kind == Deed::Kind::give_back) give_back(deed.place);
        if (deed.kind == Deed::Kind::end) end(deed.place);
        if (deed.kind == Deed::Kind::move) move(deed.other, deed.place);
        if (deed.kind == Deed::Kind::set_limits) {
            gate_->set_limits(kLimits[deed.other]);
            model_.set_limits(deed.other);
        }
        return found ? found : difference(deed);
    }

  private:
    std::optional<Difference> enter(const Deed& deed) {
        const Peer& peer = peers()[deed.other];
        roll_ = deed.roll;
        const ReachedLimit reason = model_.reason(peer.network, deed.roll);
        Entry entry = gate_->enter(peer.address);
        const Answer seen = answer_of(entry);
        const bool refused = reason != ReachedLimit::none;
        if (!refused) model_.change(kPlaces, peer.network);
        const Admission let_in = model_.has_room() ? Admission::admitted : Admission::wait;
        auto found = compare(seen, refused ? Admission::refused : let_in, reason);
        slots_[deed.place] = std::move(entry.slot);
        move_in_the_model(kPlaces, deed.place);
        return found;
    }

    void give_back(std::size_t place) {
        slots_[place].give_back();
        model_.change(place, std::nullopt);
    }
    void end(std::size_t place) {
        { const Slot gone = std::move(slots_[place]); }
        model_.change(place, std::nullopt);
    }
    void move(std::size_t from, std::size_t to) {
        slots_[to] = std::move(slots_[from]);
        if (from != to) move_in_the_model(from, to);
    }
    void move_in_the_model(std::size_t from, std::size_t to) {
        model_.change(to, std::nullopt);
        model_.inside[to] = std::exchange(model_.inside[from], std::nullopt);
    }

    std::optional<Difference> difference(const Deed& deed) {
        const bool is_move = deed.kind == Deed::Kind::move || deed.kind == Deed::Kind::enter;
        const bool to_itself = deed.kind == Deed::Kind::move && deed.place == deed.other;
        const Advice& count = to_itself ? kSelfMove : is_move ? kMove : kDrift;
        const auto differs = [](const char* what, auto expected, auto seen, const Causes& causes) {
            return Difference{what, show(expected), show(seen), causes};
        };
        if (gate_->count() != model_.count())
            return differs("count()", model_.count(), gate_->count(), count);
        for (const Peer& peer : peers()) {
            const std::size_t expected = peer.network == 0 ? 0 : model_.count_of(peer.network);
            const std::size_t seen = gate_->count_of(peer.address);
            if (seen != expected)
                return differs(("count_of(" + peer.address.to_string() + ")").c_str(), expected,
                               seen, {count, kOthers});
        }
        if (gate_->networks() != model_.networks())
            return differs("networks()", model_.networks(), gate_->networks(), kRemembered);
        for (std::size_t place = 0; place < kPlaces; ++place)
            if (static_cast<bool>(slots_[place]) != model_.inside[place].has_value())
                return differs(("slot " + show(place + 1) + " holds a place").c_str(),
                               model_.inside[place].has_value(), static_cast<bool>(slots_[place]),
                               count);
        if (rooms_ != model_.rooms)
            return differs("calls of on_room()", model_.rooms, rooms_,
                           rooms_ < model_.rooms ? kUntold : kTooOften);
        if (told_early_) return differs("has_room(), asked in on_room()", true, false, kTooEarly);
        if (gate_->limits().soft != model_.limits().soft)
            return differs("limits().soft", model_.limits().soft, gate_->limits().soft, kNewLimits);
        return std::nullopt;
    }

    unsigned roll_ = 0;
    int rooms_ = 0;
    bool told_early_ = false;
    Model model_;
    GateUnderTest gate_;
    std::array<Slot, kPlaces> slots_;
};

}  // namespace

std::vector<Deed> make_deeds(std::uint64_t seed, std::size_t count) {
    std::mt19937_64 random(seed);  // the same numbers everywhere (C++ standard, rand.predef)
    const auto below = [&](std::size_t end) { return static_cast<std::size_t>(random() % end); };
    std::vector<Deed> deeds;
    while (deeds.size() < count) {
        using enum Deed::Kind;
        constexpr Deed::Kind kinds[] = {enter,     enter, enter, enter,
                                        give_back, end,   move,  set_limits};
        const Deed::Kind kind = kinds[below(8)];
        const std::size_t choices = kind == enter  ? peers().size()
                                    : kind == move ? kPlaces
                                                   : kLimits.size();
        const std::size_t place = below(kPlaces);
        deeds.push_back({kind, place, below(choices), static_cast<unsigned>(below(100))});
    }
    return deeds;
}

std::string in_words(const Deed& deed) {
    const std::string slot = "slot " + show(deed.place + 1);
    switch (deed.kind) {
        case Deed::Kind::enter:
            return slot + " = what " + peers()[deed.other].address.to_string() +
                   " gets (it would roll " + show(deed.roll) + ")";
        case Deed::Kind::give_back:
            return slot + ": give_back()";
        case Deed::Kind::move:
            return slot + " = std::move(slot " + show(deed.other + 1) + ")";
        case Deed::Kind::end:
            return slot + " ends";
        case Deed::Kind::set_limits: {
            const GateLimits& limits = kLimits[deed.other];
            std::string text = "set_limits(): soft " + show(limits.soft) + ", hard " +
                               show(limits.hard) + ", network " + show(limits.per_network);
            if (limits.early_drop)
                text += ", early " + show(limits.early_drop->start) + ":" +
                        show(limits.early_drop->rate_percent) + ":" + show(limits.early_drop->full);
            return text;
        }
    }
    return "no deed";
}

std::optional<Difference> first_difference(const std::vector<Deed>& deeds) {
    Comparison both;
    for (const Deed& deed : deeds)
        if (auto found = both.after(deed)) return found;
    return std::nullopt;
}

std::vector<Deed> shortest(std::vector<Deed> deeds) {
    for (std::size_t length = deeds.size(); length > 0;) {
        --length;
        std::vector<Deed> fewer = deeds;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(length));
        if (first_difference(fewer)) deeds = std::move(fewer);
    }
    return deeds;
}

}  // namespace waymark::course::check
