#include "store/postgresql_link.hh"

#include <fmt/core.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "store/postgresql_url.hh"
#include "store/postgresql_words.hh"

namespace waymark::tracker {
namespace {

// What a URL need not say (gssencmode: else the files of Kerberos are looked for). Each of these is
// the name of an option of libpq (postgresql.org/docs/current/libpq-connect.html), and one that the
// URL names comes later and counts. The last is for several hosts only: the one that can be written
// to is found again after a failover.
constexpr std::pair<const char*, const char*> kDefaults[] = {
    {"connect_timeout", "2"},      {"keepalives_idle", "5"},
    {"keepalives_interval", "2"},  {"keepalives_count", "3"},
    {"tcp_user_timeout", "10000"}, {"fallback_application_name", "waymark"},
    {"client_encoding", "UTF8"},   {"gssencmode", "disable"},
};

std::string without_line_ends(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    for (char& c : text)
        if (c == '\n') c = ' ';
    return text;
}

}  // namespace

PostgresqlLink::PostgresqlLink(const std::string& url, Connection::Access access)
    : url_(url), shown_(url_without_password(url)), access_(access) {
    connect();
}

void PostgresqlLink::connect() {
    std::vector<const char*> names;
    std::vector<const char*> values;
    const auto add = [&](const char* name, const char* value) {
        names.push_back(name);
        values.push_back(value);
    };
    for (const auto& [name, value] : kDefaults) add(name, value);
    if (PostgresqlUrl(url_).has_several_hosts()) add("target_session_attrs", "read-write");
    add("dbname", url_.c_str());  // a whole URL
    add(nullptr, nullptr);
    link_.reset(libpq::PQconnectdbParams(names.data(), values.data(), 1));
    if (libpq::PQstatus(link_.get()) != CONNECTION_OK) {
        const std::string why = without_line_ends(libpq::PQerrorMessage(link_.get()));
        const bool is_password = libpq::PQconnectionNeedsPassword(link_.get()) == 1 ||
                                 (libpq::PQconnectionUsedPassword(link_.get()) == 1 &&
                                  why.find("password") != std::string::npos);
        link_.reset();
        throw StoreError(
            is_password ? StoreError::Kind::not_allowed : StoreError::Kind::unreachable,
            fmt::format("open {}: {}", shown_, why));
    }
    libpq::PQsetNoticeProcessor(
        link_.get(), [](void*, const char*) {}, nullptr);
    libpq::PQsetnonblocking(link_.get(), 1);
    ++generation_;
    is_in_transaction_ = is_open_ended_ = false;
    prepare_session();
}

void PostgresqlLink::prepare_session() {
    const std::string words =
        fmt::format("SET lock_timeout = {}; SET default_transaction_read_only = {}",
                    lock_time_.count(), access_ == Connection::Access::read_only ? "on" : "off");
    send([&](PGconn* link) { return libpq::PQsendQuery(link, words.c_str()); });
    last();
}

void PostgresqlLink::set_lock_time(std::chrono::milliseconds time) {
    if (time == lock_time_) return;
    lock_time_ = time;
    require_ready();
    const std::string words = fmt::format("SET lock_timeout = {}", time.count());
    send([&](PGconn* link) { return libpq::PQsendQuery(link, words.c_str()); });
    last();
}

void PostgresqlLink::require_ready() {
    if (is_open_ended_)
        throw StoreError(StoreError::Kind::other,
                         fmt::format("use {}: rows of another statement are still read", shown_));
    if (link_) return;
    if (is_in_transaction_)
        throw StoreError(StoreError::Kind::unreachable,
                         fmt::format("use {}: the connection was lost", shown_));
    connect();
}

void PostgresqlLink::lose(std::string_view why) {
    const std::string reason(why);  // may lie in the link
    link_.reset();
    is_open_ended_ = false;
    throw StoreError(StoreError::Kind::unreachable, fmt::format("use {}: {}", shown_, reason));
}

void PostgresqlLink::wait(daemon::Deadline deadline, bool for_writing) {
    const short wanted = static_cast<short>(POLLIN | (for_writing ? POLLOUT : 0));
    pollfd ready{libpq::PQsocket(link_.get()), wanted, 0};
    int result = 0;
    do {
        result = ::poll(&ready, 1, deadline.poll_timeout());
    } while (result == -1 && errno == EINTR);
    if (result == 0) lose(fmt::format("no answer within {} ms", answer_time_.count()));
    if ((ready.revents & (POLLIN | POLLERR | POLLHUP)) != 0 &&
        libpq::PQconsumeInput(link_.get()) == 0)
        lose(without_line_ends(libpq::PQerrorMessage(link_.get())));
}

void PostgresqlLink::flush(daemon::Deadline deadline) {
    for (;;) {
        const int left = libpq::PQflush(link_.get());
        if (left == 0) return;
        if (left == -1) lose(without_line_ends(libpq::PQerrorMessage(link_.get())));
        wait(deadline, true);
    }
}

void PostgresqlLink::send(const std::function<int(PGconn*)>& by) {
    if (by(link_.get()) == 0) {
        const std::string why = without_line_ends(libpq::PQerrorMessage(link_.get()));
        if (libpq::PQstatus(link_.get()) == CONNECTION_BAD) lose(why);
        throw StoreError(StoreError::Kind::other, fmt::format("use {}: {}", shown_, why));
    }
    is_open_ended_ = true;
    flush(deadline());
}

PostgresqlResult PostgresqlLink::take(daemon::Deadline deadline) {
    while (libpq::PQisBusy(link_.get()) == 1) wait(deadline, false);
    PostgresqlResult result(libpq::PQgetResult(link_.get()));
    if (!result) note_end();
    return result;
}

void PostgresqlLink::note_end() {
    is_open_ended_ = false;
    if (libpq::PQstatus(link_.get()) == CONNECTION_BAD) {
        link_.reset();  // and is in a transaction still, if it was
        return;
    }
    is_in_transaction_ = libpq::PQtransactionStatus(link_.get()) != PQTRANS_IDLE;
}

StoreError PostgresqlLink::refusal(const PGresult* result) const {
    const char* const state = libpq::PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char* const words = libpq::PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const std::string said =
        without_line_ends(words != nullptr ? words : libpq::PQresultErrorMessage(result));
    return {state != nullptr ? kind_of_state(state) : StoreError::Kind::unreachable,
            fmt::format("use {}: {}", shown_, said)};
}

PostgresqlResult PostgresqlLink::next() {
    PostgresqlResult result = take(deadline());
    if (!result) return result;
    const ExecStatusType status = libpq::PQresultStatus(result.get());
    if (status != PGRES_FATAL_ERROR && status != PGRES_BAD_RESPONSE) return result;
    const StoreError error = refusal(result.get());
    while (take(deadline())) {
    }
    throw error;
}

PostgresqlResult PostgresqlLink::last() {
    PostgresqlResult last;
    while (PostgresqlResult result = next()) last = std::move(result);
    return last;
}

void PostgresqlLink::forget_rest() noexcept {
    if (!is_open_ended_) return;
    try {
        // What is here already may be the end.
        while (is_open_ended_ && (is_in_transaction_ || libpq::PQisBusy(link_.get()) == 0))
            take(deadline());
    } catch (const StoreError&) {
        return;  // lost
    }
    if (!is_open_ended_) return;
    link_.reset();
    is_open_ended_ = false;
}

}  // namespace waymark::tracker
