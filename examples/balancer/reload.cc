#include "reload.hh"

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "net/pool_call.hh"
#include "net/resolve.hh"

namespace waymark::balancer {

using daemon::UsageError;

Reload::Reload(net::EventLoop& loop, daemon::Log& log, daemon::ThreadPool& pool, Balancer& balancer,
               BackEnds& back_ends, const Options& options, ReadOptions read_again)
    : loop_(loop),
      log_(log),
      pool_(pool),
      balancer_(balancer),
      back_ends_(back_ends),
      read_again_(std::move(read_again)) {
    for (const BackEndText& text : options.back_ends) configured_.insert(text.name);
}

void Reload::begin() {
    is_asked_for_ = true;
    if (tasks_.size() == 0) tasks_.start(run());
}

net::Task<void> Reload::run() {
    while (std::exchange(is_asked_for_, false)) {
        log_.reopen();
        try {
            std::optional<Options> options = read_again_();
            if (options) co_await take_over(std::move(*options));
        } catch (const std::exception& error) {
            log_.error("reload: {}; all stays as it was", error.what());
        }
    }
}

net::Task<void> Reload::take_over(Options options) {
    // First what may fail, for all of them, so that nothing is done by halves.
    std::vector<std::pair<BackEndText, std::vector<net::Address>>> added;
    std::set<std::string> named;
    for (const BackEndText& text : options.back_ends) {
        if (!named.insert(text.name).second)
            throw UsageError(fmt::format("back end {} is named twice", text.name));
        if (back_ends_.has(text.name)) continue;
        net::PoolCall looking_up(loop_, pool_,
                                 [name = text.name] { return net::resolve_host_and_port(name); });
        const std::optional<net::ResolveResult> found = co_await looking_up;
        if (!found) throw UsageError("too many names are being looked up; try again");
        if (found->status != net::ResolveStatus::done)
            throw UsageError(fmt::format("--backend {}: {}", text.name, found->error));
        added.emplace_back(text, found->addresses);
    }
    // A control command may have changed the list while names were looked up.
    std::erase_if(added, [&](const auto& one) { return back_ends_.has(one.first.name); });
    std::vector<std::string> removed;
    for (const std::string& name : configured_)
        if (!named.contains(name) && back_ends_.has(name)) removed.push_back(name);
    back_ends_.check_room(added.size(), removed.size());
    balancer_.set_settings(std::move(options.balancer));
    for (const std::string& name : removed) back_ends_.remove(name);
    for (const auto& [text, addresses] : added) back_ends_.add(text, addresses);
    for (const BackEndText& text : options.back_ends)
        if (back_ends_.has(text.name)) back_ends_.find(text.name)->set_weight(text.weight);
    configured_ = std::move(named);
    log_.notice("reloaded: {} back ends", back_ends_.all().size());
}

}  // namespace waymark::balancer
