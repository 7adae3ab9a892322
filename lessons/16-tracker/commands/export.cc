// `tracker export`: the positions of a device as a file. A file that is begun gets its name at its
// end only, so that nobody takes a part for the whole.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/core.h>

#include "commands/command.hh"
#include "commands/device_choice.hh"
#include "commands/import_progress.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "formats/track_export.hh"
#include "protocols/time_text.hh"
#include "store/begun_file.hh"
#include "store/data_folder.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

struct ExportOptions {
    DataChoice data;
    std::string device;
    std::string from;
    std::string to;
    std::string format;
    std::string file;

    std::string folder() const { return data.folder(); }
};

UnixMillis export_time(const std::string& text, const char* option, UnixMillis otherwise) {
    if (text.empty()) return otherwise;
    const std::optional<UnixMillis> time = parse_time(text);
    if (!time || *time < 0 || *time > kEndOfTime)
        throw daemon::UsageError(
            fmt::format("{} {} is no time: write it as 2026-01-10T07:00:00Z (UTC)", option, text));
    return *time;
}

// By its name, else by the ending of the file's.
const TrackFormat& format_of(const ExportOptions& options) {
    std::string name = options.format;
    if (name.empty() && options.file.rfind('.') != std::string::npos)
        name = options.file.substr(options.file.rfind('.') + 1);
    const TrackFormat* const format = find_track_format(name);
    if (format != nullptr && format->make_writer != nullptr) return *format;
    throw daemon::UsageError(fmt::format(
        "{}: it can be {}",
        options.format.empty() ? "say --format" : "--format " + options.format + " is not written",
        list_of_track_formats(true)));
}

// A link that another user has laid where everybody may write, as in /tmp: what it names would be
// replaced by the track. The kernel follows none of these where it is told so (proc(5),
// protected_symlinks), but it is not asked to follow, for a file gets its name by rename(2).
bool is_strangers_link(const std::string& path) {
    const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
    struct stat link {};
    struct stat around {};
    if (::lstat(path.c_str(), &link) == -1 || !S_ISLNK(link.st_mode)) return false;
    if (::stat(folder.c_str(), &around) == -1) return false;
    const bool is_for_all = (around.st_mode & S_ISVTX) != 0 && (around.st_mode & S_IWOTH) != 0;
    return is_for_all && link.st_uid != ::geteuid() && link.st_uid != around.st_uid;
}

// The file that a symbolic link names; other names as they are.
std::string resolved(const std::string& path) {
    std::error_code error;
    const std::filesystem::path file = std::filesystem::canonical(path, error);
    return error ? path : file.string();
}

// A file, standard output, or a device such as /dev/stdout, which keeps its place.
class ExportedFile {
  public:
    explicit ExportedFile(const std::string& path) : path_(path) {
        std::error_code ignored;
        if (is_standard_output())
            other_ = daemon::Fd(::dup(STDOUT_FILENO));
        else if (std::filesystem::is_other(path, ignored))
            other_ = daemon::Fd(open_there());
        else
            begin_file();
    }

    void write(std::string_view text) {
        const int file = begun_ ? begun_->fd() : other_.get();
        while (!text.empty()) {
            const ssize_t count = ::write(file, text.data(), text.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) daemon::fail(errno, "write", shown());
            text.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    void end() {
        if (begun_) begun_->end(IfThere::replace);
    }

    bool is_standard_output() const { return path_.empty() || path_ == "-"; }

  private:
    [[noreturn]] void refuse(int error_number) const {
        throw daemon::UsageError(
            fmt::format("{}: {}", path_, std::generic_category().message(error_number)));
    }
    int open_there() const {
        const int file = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
        if (file < 0) refuse(errno);
        return file;
    }
    void begin_file() {
        if (is_strangers_link(path_)) refuse(EACCES);
        try {
            begun_.emplace(resolved(path_), ".part");
        } catch (const std::system_error& error) {
            refuse(error.code().value());
        }
    }
    std::string shown() const { return is_standard_output() ? "standard output" : path_; }

    std::string path_;
    daemon::Fd other_;
    std::optional<BegunFile> begun_;
};

void run_export(const ExportOptions& options) {
    const TrackFormat& format = format_of(options);
    const UnixMillis from = export_time(options.from, "--from", 0);
    const UnixMillis to = export_time(options.to, "--to", kEndOfTime);
    if (to <= from) throw daemon::UsageError("--to must be after --from");
    const std::string path = options.data.location();
    const ChosenDevice device = chosen_device(path, options.device);
    Reader reader(path);
    TrackExport track(format, {device.number, device.name, from, to});
    ExportedFile file(options.file);
    std::string text;
    bool more = true;
    while (more) {
        more = track.add_slice(reader, text);
        file.write(text);
        text.clear();
    }
    file.end();
    if (!file.is_standard_output())
        fmt::print("{} ({}): {} of {}\n", options.file, format.words,
                   counted(static_cast<std::uint64_t>(track.written()), "position"), device.name);
}

}  // namespace

void add_export(CLI::App& app) {
    const auto options = std::make_shared<ExportOptions>();
    CLI::App& command = *app.add_subcommand("export", "Write the positions of a device as a file");
    add_data_options(command, options->data);
    command.add_option("--device", options->device,
                       "Of this device; may be left out where there is one");
    command.add_option("--from", options->from, "From this time on (UTC); else from the first");
    command.add_option("--to", options->to, "Up to this time, which is not taken (UTC)");
    command.add_option("--format", options->format,
                       "One of " + list_of_track_formats(true) + "; else by the file's name");
    command.add_option("-o,--output", options->file, "The file; else standard output");
    command.callback([options] {
        std::signal(SIGXFSZ, SIG_IGN);  // a limit for the size of files is an error to tell
        run_export(*options);
    });
}

}  // namespace waymark::tracker
