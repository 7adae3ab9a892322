#include "services/identity_files.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <utility>

#include "daemon/call_filter.hh"
#include "daemon/error.hh"
#include "daemon/landlock.hh"
#include "net/timed_io.hh"

namespace waymark::tracker {

using daemon::CallGroup;
using daemon::Channel;
using daemon::Fd;
using daemon::UsageError;

namespace {

constexpr std::size_t kMostIdentityBytes = 1024 * 1024;
constexpr std::chrono::seconds kKeeperPatience{5};  // a disk that sleeps

enum class Kind { chain, key };

Fd open_to_copy(const std::string& file) {
    return Fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

[[noreturn]] void refuse_file(const std::string& file, std::string_view what) {
    throw UsageError(fmt::format("{}: {}", file, what));
}

Fd sealed_copy_of(const Fd& opened, const std::string& file, Kind kind) {
    struct stat status {};
    daemon::check(::fstat(opened.get(), &status), "fstat", file);
    if (!S_ISREG(status.st_mode)) refuse_file(file, "is not a file");
    if (kind == Kind::key && (status.st_mode & S_IRWXO) != 0)
        refuse_file(file, fmt::format("everybody may use this key; chmod 600 {}", file));
    Fd copy(
        daemon::check(::memfd_create("identity", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create"));
    std::size_t size = 0;
    off_t from = 0;
    while (size <= kMostIdentityBytes) {
        const ssize_t copied =
            ::sendfile(copy.get(), opened.get(), &from, kMostIdentityBytes + 1 - size);
        if (copied == -1 && errno == EINTR) continue;
        daemon::check(copied, "sendfile", file);
        if (copied == 0) break;
        size += static_cast<std::size_t>(copied);
    }
    if (size > kMostIdentityBytes) refuse_file(file, "is larger than 1 MiB; is it the right file?");
    constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    daemon::check(::fcntl(copy.get(), F_ADD_SEALS, kSeals), "fcntl", "F_ADD_SEALS");
    return copy;
}

Fd copy_file(const std::string& file, Kind kind) {
    const Fd opened = open_to_copy(file);
    if (!opened) refuse_file(file, daemon::error_text(errno));
    return sealed_copy_of(opened, file, kind);
}

// By its own offset, which the copies share, nobody reads.
std::string text_in(const Fd& copy) {
    struct stat status {};
    daemon::check(::fstat(copy.get(), &status), "fstat");
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = daemon::check(
            ::pread(copy.get(), text.data() + size, text.size() - size, static_cast<off_t>(size)),
            "pread");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
}

// Where the names are, and where the files are to which they lead: certbot keeps links in one
// folder that lead to a new file in another at each renewal.
std::vector<daemon::Premises::Place> folders_of(const IdentityNames& names) {
    std::set<std::string> folders;
    for (const std::filesystem::path file : {names.chain_file, names.key_file}) {
        folders.insert(file.parent_path());
        std::error_code not_there;
        const std::filesystem::path real = std::filesystem::canonical(file, not_there);
        if (!not_there) folders.insert(real.parent_path());
    }
    std::vector<daemon::Premises::Place> places;
    for (const std::string& folder : folders) places.push_back({folder, daemon::FileRight::read});
    return places;
}

// One message for each file that is asked for: "o" with the descriptor, or the error number.
void hand_over(Channel& channel, const std::string& file) {
    const Fd opened = open_to_copy(file);
    const std::string answer = opened ? "o" : fmt::format("e{}", errno);
    channel.send(answer, opened ? &opened : nullptr);
}

// Ctrl-C is for the supervisor, and whoever has started a daemon must not wait for this process.
void become_the_keeper(const Channel& channel) {
    daemon::close_all_but({channel.fd().get()});
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
        std::signal(signal, SIG_IGN);
    const Fd null(daemon::check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        daemon::check(::dup2(null.get(), standard), "dup2", "/dev/null");
}

// Its whole life. It reads nothing of what it opens, and ends with the supervisor.
int keep(Channel& channel, const IdentityNames& names) {
    daemon::stay_within({folders_of(names)});
    daemon::allow_only({CallGroup::process, CallGroup::memory, CallGroup::time, CallGroup::signals,
                        CallGroup::descriptors, CallGroup::waiting, CallGroup::conversation,
                        CallGroup::files_to_read});
    channel.send("r");
    while (true) {
        net::wait_readable(channel.fd(), daemon::Deadline::never());
        const Channel::Received received = channel.receive();
        if (received.result == Channel::Result::closed) return daemon::kExitOk;
        if (received.result != Channel::Result::done) continue;
        hand_over(channel, received.message == "k" ? names.key_file : names.chain_file);
    }
}

}  // namespace

IdentityFiles IdentityFiles::duplicate() const {
    if (!chain) return {};
    return {chain.duplicate(), key.duplicate()};
}

IdentityFiles copy_identity(const IdentityNames& names) {
    return {copy_file(names.chain_file, Kind::chain), copy_file(names.key_file, Kind::key)};
}

net::TlsIdentity read_identity(const IdentityFiles& files, const IdentityNames& names) {
    return {names.chain_file, names.key_file,
            net::TlsTexts{text_in(files.chain), text_in(files.key)}};
}

KeyKeeper::KeyKeeper(IdentityNames names) : KeyKeeper(std::move(names), daemon::make_channel()) {}

KeyKeeper::KeyKeeper(IdentityNames names, daemon::ChannelPair channel)
    : names_(std::move(names)), channel_(std::move(channel.first)) {
    // It could not say itself why it cannot begin where a folder is not there.
    for (const std::string& file : {names_.chain_file, names_.key_file})
        if (!open_to_copy(file)) refuse_file(file, daemon::error_text(errno));
    children_.start([&] {
        become_the_keeper(channel.second);
        return keep(channel.second, names_);
    });
    channel.second.close();  // its end is the end that we hear
    if (receive() != "r") throw std::runtime_error("the process that keeps the key has not begun");
}

// The process is root's and may not be signalled by us any more: it ends when it hears this.
KeyKeeper::~KeyKeeper() {
    channel_.close();
}

IdentityFiles KeyKeeper::copy_identity() {
    Fd chain = ask("c", names_.chain_file);
    Fd key = ask("k", names_.key_file);
    return {sealed_copy_of(chain, names_.chain_file, Kind::chain),
            sealed_copy_of(key, names_.key_file, Kind::key)};
}

Fd KeyKeeper::ask(std::string_view which, const std::string& file) {
    channel_.send(which);
    Fd opened;
    const std::string answer = receive(&opened);
    if (answer.empty())
        throw std::runtime_error(
            fmt::format("{}: the process that may read it is gone; start the server anew", file));
    if (!opened) refuse_file(file, daemon::error_text(std::atoi(answer.c_str() + 1)));
    return opened;
}

std::string KeyKeeper::receive(Fd* descriptor) {
    if (net::wait_readable(channel_.fd(), daemon::Deadline::after(kKeeperPatience)) !=
        net::Ready::ready)
        return {};
    Channel::Received received = channel_.receive();
    if (descriptor != nullptr) *descriptor = std::move(received.descriptor);
    return received.result == Channel::Result::done ? std::string(received.message) : std::string();
}

}  // namespace waymark::tracker
