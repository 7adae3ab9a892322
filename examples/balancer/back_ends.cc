#include "back_ends.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/error.hh"

namespace waymark::balancer {

using daemon::UsageError;

BackEnds::BackEnds(net::EventLoop& loop, daemon::Log& log, std::unique_ptr<Policy> policy,
                   const Health::Settings& settings)
    : loop_(loop), log_(log), policy_(std::move(policy)), settings_(settings) {}

void BackEnds::check_room(std::size_t added, std::size_t removed) const {
    const auto staying = static_cast<std::size_t>(
        std::ranges::count_if(all_, [](const auto& one) { return !one->is_removed; }));
    if (staying + added > kMost + removed)
        throw UsageError(fmt::format("{} back ends are the most", kMost));
}

std::shared_ptr<BackEnd> BackEnds::add(const BackEndText& text,
                                       std::vector<net::Address> addresses) {
    if (has(text.name)) throw UsageError(fmt::format("back end {} is there already", text.name));
    check_room(1);
    auto back_end =
        std::make_shared<BackEnd>(loop_, next_id_++, text, std::move(addresses), settings_);
    back_end->when_unused([this, raw = back_end.get()] { unused(*raw); });
    all_.push_back(back_end);
    log_.info("back end {}: added, weight {}", text.name, text.weight);
    if (added_) added_(back_end);
    return back_end;
}

bool BackEnds::has(std::string_view name) const {
    return std::ranges::any_of(
        all_, [&](const auto& one) { return !one->is_removed && one->name() == name; });
}

std::shared_ptr<BackEnd> BackEnds::find(std::string_view name) const {
    const auto found = std::ranges::find_if(
        all_, [&](const auto& one) { return !one->is_removed && one->name() == name; });
    if (found != all_.end()) return *found;
    throw UsageError(fmt::format("there is no back end \"{}\"; status shows their names", name));
}

void BackEnds::remove(std::string_view name) {
    const std::shared_ptr<BackEnd> back_end = find(name);
    back_end->is_removed = true;
    policy_->forget(back_end->id());
    log_.info("back end {}: removed, {} connections are left", name, back_end->connections());
    back_end->changed.tell_all();
    if (back_end->connections() == 0) std::erase(all_, back_end);
}

void BackEnds::drain(std::string_view name) {
    const std::shared_ptr<BackEnd> back_end = find(name);
    if (std::exchange(back_end->is_draining, true)) return;
    log_.info("back end {}: draining, {} connections are left", name, back_end->connections());
    if (back_end->connections() == 0) unused(*back_end);
}

void BackEnds::undrain(std::string_view name) {
    const std::shared_ptr<BackEnd> back_end = find(name);
    if (!std::exchange(back_end->is_draining, false)) return;
    log_.info("back end {}: takes clients again", name);
    back_end->changed.tell_all();
}

std::shared_ptr<BackEnd> BackEnds::choose(const net::NetworkKey& client,
                                          std::span<const std::uint64_t> tried) {
    candidates_.clear();
    places_.clear();
    for (std::size_t place = 0; place < all_.size(); ++place) {
        const BackEnd& one = *all_[place];
        if (!one.may_be_chosen() || std::ranges::find(tried, one.id()) != tried.end()) continue;
        candidates_.push_back({one.id(), one.name(), one.weight(), one.connections()});
        places_.push_back(place);
    }
    if (candidates_.empty()) return nullptr;
    return all_[places_[policy_->choose(candidates_, client)]];
}

void BackEnds::probed(BackEnd& back_end, bool is_good, std::string_view why) {
    ++back_end.counters.probes;
    if (!is_good) ++back_end.counters.failed_probes;
    tell(back_end, back_end.health.probed(is_good, loop_.now()), why);
}

void BackEnds::connected(BackEnd& back_end, bool is_good, std::string_view why) {
    tell(back_end, back_end.health.connected(is_good, loop_.now()), why);
}

void BackEnds::tell(BackEnd& back_end, Health::Change change, std::string_view why) {
    if (change == Health::Change::none) return;
    if (change == Health::Change::came_up)
        log_.notice("back end {}: up", back_end.name());
    else
        log_.warning("back end {}: down: {}", back_end.name(), why);
    back_end.changed.tell_all();
}

// Called from where a connection ends: the Use still holds the back end.
void BackEnds::unused(BackEnd& back_end) {
    if (!back_end.is_draining && !back_end.is_removed) return;
    log_.notice("back end {}: {}, no connection is left", back_end.name(),
                back_end.is_removed ? "gone" : "drained");
    back_end.changed.tell_all();
    if (back_end.is_removed)
        std::erase_if(all_, [&](const auto& one) { return one.get() == &back_end; });
}

}  // namespace waymark::balancer
