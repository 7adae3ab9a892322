#include "store/foreign_news.hh"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "store/fix_row.hh"
#include "store/libpq.hh"
#include "store/open_database.hh"
#include "store/postgresql_engine.hh"

namespace waymark::tracker {

ForeignNews::ForeignNews(std::string url, std::string own)
    : url_(std::move(url)), own_(std::move(own)) {}

void ForeignNews::connect() {
    if (connection_ && postgresql_handle(*connection_) != nullptr) return;
    connection_.reset();
    has_doorbell_ = false;
    connection_ = std::make_unique<Connection>(open_for_reading(url_));
    connection_->set_answer_time(kAnswerTime);
    listen();
}

// Not all have it: CockroachDB refuses, and then it is the poll that finds the news.
void ForeignNews::listen() {
    try {
        connection_->execute("LISTEN waymark_news");
        has_doorbell_ = true;
    } catch (const StoreError& error) {
        if (error.may_pass()) throw;
    }
}

std::vector<ForeignNews::Writer> ForeignNews::writers() {
    std::vector<Writer> found;
    Statement list(*connection_, "SELECT number, sequence FROM writer WHERE name <> ?1");
    list.bind_text(1, own_);
    while (list.step()) found.push_back({list.integer(0), list.integer(1)});
    return found;
}

ForeignNews::News ForeignNews::read(bool wanted) {
    try {
        connect();
        News news;
        for (const Writer& writer : writers()) {
            const auto [seen, is_new] = seen_.try_emplace(writer.number, 0);
            const bool has_news = knows_all_ && writer.sequence > seen->second;
            if (has_news && wanted) read_of(writer, seen->second, news);
            news.are_there |= has_news;
            seen->second = std::max(seen->second, writer.sequence);
        }
        if (!std::exchange(knows_all_, true))
            new_passages();  // are there already
        else if (news.are_there)
            news.passages = new_passages();
        return news;
    } catch (const StoreError&) {
        connection_.reset();
        has_doorbell_ = false;
        throw;
    }
}

void ForeignNews::read_of(const Writer& writer, std::int64_t& seen, News& news) {
    Statement rows(*connection_,
                   fmt::format("SELECT {} FROM fix WHERE writer = ?1 AND sequence > ?2 "
                               "ORDER BY sequence LIMIT {}",
                               kFixColumns, kMostFixes + 1));
    rows.bind(1, writer.number);
    rows.bind(2, seen);
    StoredFix stored;
    const std::size_t before = news.fixes.size();
    std::int64_t newest = seen;
    while (rows.step()) {
        read_fix_row(rows, stored);
        newest = stored.sequence;
        news.fixes.push_back(std::move(stored.fix));
    }
    if (news.fixes.size() - before <= kMostFixes) {
        seen = newest;
        return;
    }
    // The last commit may be cut in two.
    news.fixes.resize(before);
    news.are_missing = true;
}

// The newest first, so that what is beyond kMostPassages is what was most likely told.
std::vector<PlaceEvent> ForeignNews::new_passages() {
    std::vector<PlaceEvent> events =
        PlaceEvents(*connection_).newer(passages_before_, kMostPassages);
    if (events.empty()) return events;
    const std::int64_t newest = events.front().number;
    std::erase_if(events, [this](const PlaceEvent& event) {
        return !passages_seen_.insert(event.number).second;
    });
    passages_before_ = std::max(passages_before_, newest - TimedNumbers::in(kOverlap));
    passages_seen_.erase(passages_seen_.begin(), passages_seen_.upper_bound(passages_before_));
    return events;
}

int ForeignNews::doorbell() const {
    pg_conn* const handle = has_doorbell_ ? postgresql_handle(*connection_) : nullptr;
    return handle == nullptr ? -1 : libpq::PQsocket(handle);
}

bool ForeignNews::rang() {
    pg_conn* const handle = has_doorbell_ ? postgresql_handle(*connection_) : nullptr;
    if (handle == nullptr) return false;
    if (libpq::PQconsumeInput(handle) == 0) {
        connection_.reset();
        has_doorbell_ = false;
        return false;
    }
    bool is_rung = false;
    while (PGnotify* const note = libpq::PQnotifies(handle)) {
        is_rung = true;
        libpq::PQfreemem(note);
    }
    return is_rung;
}

}  // namespace waymark::tracker
