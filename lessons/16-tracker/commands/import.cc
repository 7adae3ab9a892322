// `tracker import`: positions out of files. The database may be a running server's: both write,
// each in transactions of its own, and a phone waits for one of these at most. What is there
// already is not stored twice, so a file can be imported again, also after the command was killed.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "commands/command.hh"
#include "commands/device_choice.hh"
#include "commands/import_progress.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "formats/track_formats.hh"
#include "store/data_folder.hh"
#include "store/retention.hh"
#include "store/store.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{128} * 1024;
// Some tens of milliseconds.
constexpr std::size_t kFixesOfATransaction = 5000;

struct ImportOptions {
    DataChoice data;
    std::string format;
    std::string device;
    std::vector<std::string> files;

    std::string folder() const { return data.folder(); }
};

daemon::Fd open_file(const std::string& path) {
    if (path == "-") return daemon::Fd(::dup(STDIN_FILENO));
    daemon::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        throw daemon::UsageError(
            fmt::format("{}: {}", path, std::generic_category().message(errno)));
    return file;
}

// What is missing is told before anything is stored. A file is opened again when it is its turn:
// who has one for each month has more of them than a process may have open. A pipe can be opened
// once.
std::vector<daemon::Fd> open_pipes_of(const std::vector<std::string>& paths) {
    std::vector<daemon::Fd> pipes;
    for (const std::string& path : paths) {
        daemon::Fd file = open_file(path);
        struct stat status {};
        const bool is_file = ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
        pipes.push_back(is_file && path != "-" ? daemon::Fd() : std::move(file));
    }
    return pipes;
}

// Stores what readers have found. What waits is stored at the end, too, however it comes.
class ImportedFile {
  public:
    ImportedFile(Store& store, const ChosenDevice& device, const std::string& name)
        : store_(store),
          device_(device.number),
          name_(name),
          points_(unix_now(),
                  device.keep_days ? first_kept(*device.keep_days, unix_now()) : kOldestTime) {}

    void read(const daemon::Fd& file, const TrackFormat* format);

    ImportCounts counts() const { return {points_.read(), stored_, already_, points_.refused()}; }
    const ImportedPoints& points() const { return points_; }
    std::string_view format_words() const { return format_words_; }

  private:
    std::string read_all(const daemon::Fd& file, TrackReader& reader);
    std::size_t read_some(const daemon::Fd& file, std::vector<char>& buffer) const;
    void store_waiting();

    Store& store_;
    DeviceNumber device_;
    std::string name_;
    ImportedPoints points_;
    std::uint64_t stored_ = 0, already_ = 0;
    std::string_view format_words_;
};

void ImportedFile::store_waiting() {
    std::vector<Fix>& waiting = points_.waiting();
    if (waiting.empty()) return;
    std::uint64_t stored = 0, already = 0;
    store_.begin();
    for (Fix& fix : waiting) {
        fix.device = device_;
        const Added added = store_.add(fix);
        if (added == Added::no_device)
            throw daemon::UsageError("the device was removed while the file was read");
        stored += added == Added::stored ? 1 : 0;
        already += added == Added::duplicate ? 1 : 0;
    }
    const CommitResult result = store_.commit();
    if (!result.durable)
        throw std::runtime_error(fmt::format(
            "{}: {} positions are stored, then: {}; run the same command again to go on", name_,
            stored_, result.reason));
    waiting.clear();
    stored_ += stored;
    already_ += already;
    store_.checkpoint_if_due();
}

void ImportedFile::read(const daemon::Fd& file, const TrackFormat* format) {
    std::string problem;
    if (format != nullptr) {
        problem = read_all(file, *format->make_reader(points_));
    } else {
        RecognisingReader reader(points_);
        problem = read_all(file, reader);
        format = reader.format();
    }
    if (format != nullptr) format_words_ = format->words;
    if (problem.empty()) return;
    const std::uint64_t kept = stored_ + already_;
    throw daemon::UsageError(
        fmt::format("{}: {}{}", name_, problem,
                    kept > 0 ? "; stored before it: " + counted(kept, "position") : ""));
}

// Gives "", or why the file cannot be read on.
std::string ImportedFile::read_all(const daemon::Fd& file, TrackReader& reader) {
    ImportProgress progress(name_, file);
    std::vector<char> buffer(kReadAtOnce);
    std::string problem;
    for (bool is_end = false; !is_end;) {
        const std::size_t count = read_some(file, buffer);
        try {
            if (count == 0)
                reader.end();
            else
                reader.read({buffer.data(), count});
        } catch (const daemon::UsageError& error) {
            problem = error.what();
        }
        is_end = count == 0 || !problem.empty();
        if (is_end || points_.waiting().size() >= kFixesOfATransaction) store_waiting();
        progress.add(count, counts());
    }
    return problem;
}

std::size_t ImportedFile::read_some(const daemon::Fd& file, std::vector<char>& buffer) const {
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EISDIR)
            throw daemon::UsageError(fmt::format("{} is a folder: name the files in it", name_));
        if (errno != EINTR) daemon::fail(errno, "read", name_);
    }
}

const TrackFormat* format_of(const ImportOptions& options) {
    if (options.format.empty()) return nullptr;
    const TrackFormat* const format = find_track_format(options.format);
    if (format == nullptr)
        throw daemon::UsageError(
            fmt::format("--format {} is none of {}", options.format, list_of_track_formats()));
    return format;
}

// Tells a running server however it ends: what is stored is to be seen.
class ToldServer {
  public:
    explicit ToldServer(std::string folder) : folder_(std::move(folder)) {}
    ToldServer(const ToldServer&) = delete;
    ToldServer& operator=(const ToldServer&) = delete;
    ~ToldServer() { tell_server_of_devices(folder_); }

  private:
    std::string folder_;
};

void run_import(const ImportOptions& options) {
    const TrackFormat* const format = format_of(options);
    const std::string path = options.data.location();
    const ChosenDevice device = chosen_device(path, options.device);
    std::vector<daemon::Fd> pipes = open_pipes_of(options.files);
    Store store(path);
    const ToldServer told(options.folder());
    ImportCounts sum;
    for (std::size_t i = 0; i < pipes.size(); ++i) {
        const std::string name = options.files[i] == "-" ? "standard input" : options.files[i];
        ImportedFile file(store, device, name);
        file.read(pipes[i] ? std::exchange(pipes[i], {}) : open_file(options.files[i]), format);
        print_import(name, file.format_words(), file.counts(), file.points());
        sum += file.counts();
    }
    if (pipes.size() > 1) fmt::print("{} files: {}\n", pipes.size(), words_of(sum));
}

}  // namespace

void add_import(CLI::App& app) {
    const auto options = std::make_shared<ImportOptions>();
    CLI::App& command = *app.add_subcommand(
        "import", "Store the positions of files; what is there already is not stored twice");
    add_data_options(command, options->data);
    command.add_option("--format", options->format,
                       "What the files are, if it cannot be seen: " + list_of_track_formats());
    command.add_option("--device", options->device,
                       "Whose positions they are; may be left out where there is one device");
    command.add_option("FILE", options->files, "Files; - is standard input")->required();
    command.callback([options] { run_import(*options); });
}

}  // namespace waymark::tracker
