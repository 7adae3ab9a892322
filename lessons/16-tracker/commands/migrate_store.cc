// `tracker migrate-store`: everything from an SQLite file to PostgreSQL, or back. It can be killed
// and given again. No server may write to the source meanwhile: what it stored behind the copied
// rows would be missing. So the file is locked, and in PostgreSQL the writers are asked before and
// afterwards.

#include <fmt/core.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "commands/command.hh"
#include "commands/move_ends.hh"
#include "daemon/error.hh"
#include "store/data_folder.hh"
#include "store/postgresql_url.hh"
#include "store/store_location.hh"
#include "store/store_move.hh"
#include "store/writer.hh"

namespace waymark::tracker {
namespace {

using daemon::UsageError;

struct MoveOptions {
    std::string from, to;
};

// The database of a folder, where one is named, with or without the slash that a shell writes
// behind it: a server of that folder must find its own name again.
std::string location_of(const std::string& given) {
    if (is_postgresql(given)) {
        refuse_wrong_store(given);
        return given;
    }
    const std::string path = absolute_path(given);
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) return path;
    return database_path(folder_of_file(path + "/"));
}

// For messages.
std::string words_of_location(const std::string& location) {
    return is_postgresql(location) ? url_without_password(location) : location;
}

// A line on the terminal that is written anew, four times a second; nothing where standard error is
// no terminal.
class ProgressLine {
  public:
    ProgressLine() : is_shown_(::isatty(STDERR_FILENO) == 1) {}
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine() {
        if (is_shown_) fmt::print(stderr, "\r\x1b[K");
    }

    void show(const MovedTable& table, std::int64_t rows, bool is_comparison) {
        const auto now = std::chrono::steady_clock::now();
        if (!is_shown_ || now < next_) return;
        next_ = now + std::chrono::milliseconds(250);
        fmt::print(stderr, "\r\x1b[K{}: {} rows {}", table.name, rows,
                   is_comparison ? "compared" : "carried");
        std::fflush(stderr);
    }

  private:
    bool is_shown_;
    std::chrono::steady_clock::time_point next_;
};

// The number of rows.
std::int64_t print_comparison(const std::vector<TableComparison>& results) {
    std::int64_t rows = 0;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const TableComparison& result = results[i];
        rows += result.rows;
        if (result.rows > 0)
            fmt::print("{:<16}{:>14} rows the same  {}\n", moved_tables()[i].name, result.rows,
                       result.digest);
    }
    return rows;
}

std::string first_difference(const std::vector<TableComparison>& results) {
    for (std::size_t i = 0; i < results.size(); ++i)
        if (!results[i].difference.empty())
            return moved_tables()[i].name + ": " + results[i].difference;
    return {};
}

std::int64_t writer_of(const std::string& from, Connection& to) {
    if (to.is_sqlite()) return 0;
    const std::string name = writer_name(folder_of_file(from));
    give_to_owner_of_folder(folder_of_file(from) + "/waymark.writer");
    return writer_number(to, name);
}

void carry(MoveSource& source, MoveGoal& target, const std::string& from,
           const MoveProgress& progress) {
    const std::string remembered = words_of_location(from);
    switch (look_at_target(target.connection(), remembered)) {
        case MoveTarget::filled:
            return;  // by an earlier run, which the comparison will show
        case MoveTarget::foreign:
            throw UsageError(fmt::format("{} holds an unfinished copy of another database: {}",
                                         target.name(), target.cure()));
        case MoveTarget::begun:
            fmt::print("An earlier run has begun: going on.\n");
            break;
        case MoveTarget::empty:
            mark_as_begun(target.connection(), remembered);
            break;
    }
    const std::int64_t writer = writer_of(from, target.connection());
    carry_rows(source.connection(), target.connection(), writer, progress);
    carry_counters(source.connection(), target.connection(), writer);
}

void run_migrate_store(const MoveOptions& options) {
    const std::string from = location_of(options.from), to = location_of(options.to);
    if (is_postgresql(from) == is_postgresql(to))
        throw UsageError(
            "one of --from and --to is a file or a folder, the other postgresql://...: to copy a "
            "file there is 'tracker backup', from one PostgreSQL to another pg_dump(1)");
    MoveSource source(from);
    MoveGoal target(to);
    std::vector<TableComparison> results;
    {
        ProgressLine line;
        const MoveProgress progress = [&line](const MovedTable& table, std::int64_t rows,
                                              bool is_comparison) {
            line.show(table, rows, is_comparison);
        };
        carry(source, target, from, progress);
        results = compare_stores(source.connection(), target.connection(), progress);
    }
    const std::int64_t rows = print_comparison(results);
    const std::string difference = first_difference(results);
    if (!difference.empty())
        throw UsageError(
            fmt::format("{} is not the same ({}): {}", target.name(), difference, target.cure()));
    source.refuse_if_written();
    if (is_begun_copy(target.connection())) mark_as_whole(target.connection());
    target.end();
    // Whoever starts the server of that folder, or gives a command for it, finds the new place.
    const std::string& file = is_postgresql(to) ? from : to;
    const bool is_of_folder = file == database_path(folder_of_file(file));
    if (is_of_folder) {
        remember_store(folder_of_file(file), to);
        if (is_postgresql(to)) give_to_owner_of_folder(folder_of_file(file) + "/waymark.store");
    }
    fmt::print("Done: {} rows are the same in {} and {}.{}\n", rows, words_of_location(from),
               words_of_location(to),
               is_of_folder ? " A server of that folder uses the new one from now on." : "");
}

}  // namespace

void add_migrate_store(CLI::App& app) {
    const auto options = std::make_shared<MoveOptions>();
    CLI::App& command = *app.add_subcommand(
        "migrate-store",
        "Carry everything from SQLite to PostgreSQL or back; can be killed and given again");
    command
        .add_option("--from", options->from,
                    "Where it is: a data folder, a file, or postgresql://USER@HOST/DATABASE")
        ->required();
    command
        .add_option(
            "--to", options->to,
            "Where it goes, likewise; an empty database, a folder that is there, or FILE.db")
        ->required();
    command.callback([options] { run_migrate_store(*options); });
}

}  // namespace waymark::tracker
