#include "store/writer.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <random>
#include <vector>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "token.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kCommands = "command";
constexpr std::size_t kLongestName = 64;

std::string read_name(const std::string& path) {
    const daemon::Fd file(
        daemon::check(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC), "open", path));
    std::array<char, kLongestName> bytes{};
    const ssize_t size =
        daemon::check(::read(file.get(), bytes.data(), bytes.size()), "read", path);
    std::string_view name(bytes.data(), static_cast<std::size_t>(size));
    name = name.substr(0, name.find('\n'));
    if (!name.empty()) return std::string(name);
    throw daemon::UsageError(fmt::format(
        "{} is empty: remove it, and this server is a new one to the others on its database",
        path));
}

void write_name(const std::string& path) {
    // Whole at once, or not at all: two servers must not read halves.
    const std::string fresh = fmt::format("{}.new{}", path, ::getpid());
    {
        const daemon::Fd file(daemon::check(
            ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600),
            "open", fresh));
        const std::string name = make_token() + "\n";
        daemon::check(::write(file.get(), name.data(), name.size()), "write", fresh);
        daemon::check(::fsync(file.get()), "fsync", fresh);
    }
    const int result = ::link(fresh.c_str(), path.c_str());
    const int error = errno;
    ::unlink(fresh.c_str());
    if (result == -1 && error != EEXIST) daemon::fail(error, "link", path);
}

std::int64_t random_process() {
    std::random_device random;
    return static_cast<std::int64_t>((std::uint64_t{random()} << 20 ^ random()) &
                                     ((1ULL << 53) - 1)) +
           1;
}

[[noreturn]] void refuse_replaced(const Connection& connection) {
    throw StoreError(StoreError::Kind::other,
                     fmt::format("use {}: another server with a copy of this data folder has taken "
                                 "the place of this one: end it, remove waymark.writer from its "
                                 "folder, and start both",
                                 connection.path()));
}

}  // namespace

std::string writer_name(const std::string& folder) {
    const std::string path = folder + "/waymark.writer";
    if (::access(path.c_str(), F_OK) == -1 && errno == ENOENT) write_name(path);
    return read_name(path);
}

std::int64_t writer_number(Connection& connection, std::string_view name) {
    Statement find(connection, "SELECT number FROM writer WHERE name = ?1");
    find.bind_text(1, name);
    if (find.step()) return find.integer(0);
    Transaction transaction(connection);
    Statement insert(connection,
                     "INSERT INTO writer (number, name, sequence, process) VALUES (?1, ?2, 0, 0) "
                     "ON CONFLICT DO NOTHING");
    insert.bind_if(1, connection.new_small_number("writer"));
    insert.bind_text(2, name);
    insert.run();
    transaction.commit();
    find.reset();
    if (!find.step())
        throw StoreError(StoreError::Kind::other,
                         fmt::format("use {}: the writer is not there", connection.path()));
    return find.integer(0);
}

std::int64_t command_writer(Connection& connection) {
    return writer_number(connection, kCommands);
}

void become_writer(Connection& connection, std::string_view name) {
    if (connection.is_sqlite()) return;
    if (name.empty()) {
        connection.set_writer({command_writer(connection), 0});
        return;
    }
    const Writer writer{writer_number(connection, name), random_process()};
    Statement take(connection, "UPDATE writer SET process = ?2 WHERE number = ?1");
    take.bind(1, writer.number);
    take.bind(2, writer.process);
    take.run();
    connection.set_writer(writer);
}

void remain_writer(Connection& connection, const Writer& writer) {
    Statement look(connection, "SELECT 1 FROM writer WHERE number = ?1 AND process = ?2");
    look.bind(1, writer.number);
    look.bind(2, writer.process);
    if (!look.step()) refuse_replaced(connection);
    connection.set_writer(writer);
}

std::int64_t advance_writer(Connection& connection) {
    Statement advance(connection,
                      "UPDATE writer SET sequence = CASE WHEN sequence + 1 > ?3 THEN sequence + 1 "
                      "ELSE ?3 END WHERE number = ?1 AND process = ?2 RETURNING sequence");
    advance.bind(1, connection.writer().number);
    advance.bind(2, connection.writer().process);
    advance.bind(3, now_as_sequence());
    if (!advance.step()) refuse_replaced(connection);
    return advance.integer(0);
}

std::int64_t begin_as_writer(Connection& connection, std::int64_t last) {
    const char* const begin = connection.behind().begin_words();
    if (connection.writer().process == 0) {
        connection.execute(begin);
        return advance_writer(connection);
    }
    const std::int64_t sequence = std::max(last + 1, now_as_sequence());
    connection.execute(fmt::format("{}; UPDATE writer SET sequence = {} WHERE number = {} AND "
                                   "process = {}",
                                   begin, sequence, connection.writer().number,
                                   connection.writer().process)
                           .c_str());
    if (connection.changed_rows() != 1) refuse_replaced(connection);
    return sequence;
}

// A row locks its writer out, because each of its transactions begins by writing it. In the order
// of their numbers, so that two who wait for all do not wait for each other.
void wait_for_writers(Connection& connection) {
    if (connection.is_sqlite()) return;
    std::vector<std::int64_t> numbers;
    Statement list(connection, "SELECT number FROM writer ORDER BY number");
    while (list.step()) numbers.push_back(list.integer(0));
    Statement hold(connection, "UPDATE writer SET process = process WHERE number = ?1");
    for (const std::int64_t number : numbers) {
        hold.bind(1, number);
        hold.run();
    }
}

std::int64_t now_as_sequence() {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace waymark::tracker
