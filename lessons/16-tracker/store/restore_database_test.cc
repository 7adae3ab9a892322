#include "store/restore_database.hh"

#include <doctest/doctest.h>
#include <seccomp.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "store/copy_database.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/schema.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

namespace {

void add_one_device(const std::string& path, const std::string& name) {
    Connection connection = open_for_writing(path);
    Devices(connection).add({{name, {}, {}, {}}}, 0);
}

unsigned rights_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

std::string restore_refusal(const std::string& copy, const std::string& path) {
    try {
        restore_database(copy, path);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

void make_old_copy(const std::string& path, const std::string& name) {
    Connection connection(path, Connection::Access::create);
    migrate(connection, migrations().first(1));
    connection.execute(
        ("INSERT INTO device (name, created_ms) VALUES ('" + name + "', 0)").c_str());
}

// From here on each call that makes or removes a name, cuts a file or syncs it is told to who
// traces this process. What was written without a sync yet is as good as not written, so writes are
// none.
void tell_of_steps() {
    const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
    for (const int call : {SCMP_SYS(link), SCMP_SYS(unlink), SCMP_SYS(rename), SCMP_SYS(renameat2),
                           SCMP_SYS(ftruncate), SCMP_SYS(fsync), SCMP_SYS(fdatasync)})
        ::seccomp_rule_add(filter, SCMP_ACT_TRACE(0), call, 0);
    if (::seccomp_load(filter) != 0) ::_exit(1);
}

// Runs it in a child that is killed before its n-th step (ptrace(2), PTRACE_O_TRACESECCOMP); false
// if it had fewer and came to its end.
bool is_killed_at(int n, const std::function<void()>& run) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        tell_of_steps();
        run();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    constexpr long kOptions = PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
    REQUIRE(::ptrace(PTRACE_SETOPTIONS, child, nullptr, kOptions) == 0);
    for (int seen = 0; seen < n; ++seen) {
        ::ptrace(PTRACE_CONT, child, nullptr, nullptr);
        REQUIRE(::waitpid(child, &status, 0) == child);
        if (WIFEXITED(status)) {
            CHECK(WEXITSTATUS(status) == 0);
            return false;
        }
        const int event = status >> 8;
        REQUIRE(event == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8));
    }
    ::kill(child, SIGKILL);
    REQUIRE(::waitpid(child, &status, 0) == child);
    return true;
}

// The name of its device, if the file is whole; "?" otherwise.
std::string device_if_whole(const std::string& path) {
    try {
        Connection connection(path, Connection::Access::read_only);
        if (connection.text("PRAGMA integrity_check") != "ok") return "?";
        return connection.text("SELECT name FROM device");
    } catch (const StoreError&) {
        return "?";
    }
}

bool has_boat_aside(const std::string& folder) {
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        const std::string name = file.path().filename().string();
        if (name.find("before-restore") != std::string::npos &&
            name.find("-wal") == std::string::npos && name.find("-shm") == std::string::npos &&
            device_if_whole(file.path()) == "boat")
            return true;
    }
    return false;
}

struct RestoreSteps {
    int steps = 0;
    int lost = 0;  // 1: after the last of them a database was missing, or not whole
};

// Puts a copy (of version 1, with a van) in the place of a database whose only device, a boat, is
// in its log.
RestoreSteps kill_at_each_step(
    const std::function<std::string(const std::string&, const std::string&)>& restore) {
    const TemporaryFolder base;
    make_old_copy(base.file("copy.db"), "van");
    Connection writer = open_for_writing(base.file("waymark.db"));
    Devices(writer).add({{"boat", {}, {}, {}}}, 0);
    RestoreSteps result;
    for (bool is_killed = true; is_killed && result.lost == 0; result.steps += is_killed) {
        const TemporaryFolder folder;
        for (const char* const name : {"copy.db", "waymark.db", "waymark.db-wal"})
            std::filesystem::copy_file(base.file(name), folder.file(name));
        const std::string path = folder.file("waymark.db");
        is_killed = is_killed_at(result.steps + 1, [&] { restore(folder.file("copy.db"), path); });
        const std::string found = device_if_whole(path);
        bool is_lost = found != "boat" && !(found == "van" && has_boat_aside(folder.path()));
        if (!is_lost) {  // and whoever does it again has it all
            restore_database(folder.file("copy.db"), path);
            is_lost = device_if_whole(path) != "van" || !has_boat_aside(folder.path());
        }
        result.lost += is_lost;
    }
    return result;
}

// The way that is not ours: for the control.
std::string overwrite_database(const std::string& copy, const std::string& path) {
    for (const char* const tail : {"-wal", "-shm"}) std::filesystem::remove(path + tail);
    std::filesystem::copy_file(copy, path, std::filesystem::copy_options::overwrite_existing);
    return "";
}

}  // namespace

TEST_CASE("a restored database is the copy, and the one before it is kept") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    const std::string copy = folder.file("copy.db");
    add_one_device(path, "van");
    {
        Connection connection = open_for_reading(path);
        copy_database(connection, copy, IfThere::refuse);
    }
    std::filesystem::remove(path);
    add_one_device(path, "boat");
    const std::string aside = restore_database(copy, path);
    CHECK(device_if_whole(path) == "van");
    CHECK(rights_of(path) == 0600);
    CHECK(device_if_whole(aside) == "boat");
    const std::string second = restore_database(copy, path);  // within the same second, mostly
    CHECK(second != aside);
    CHECK(restore_database(copy, path) != second);
    CHECK(device_if_whole(aside) == "boat");
    CHECK_FALSE(std::filesystem::exists(path + ".restored"));
    std::filesystem::remove(path);
    CHECK(restore_database(copy, path).empty());  // there was none
    CHECK(device_if_whole(path) == "van");
}

TEST_CASE("what is no copy of ours is not restored, and nothing changes") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    add_one_device(path, "van");
    const std::string text = folder.file("text");
    std::ofstream(text) << std::string(5000, 'x');
    CHECK(restore_refusal(text, path).find("no database") != std::string::npos);
    const std::string foreign = folder.file("foreign");
    Connection(foreign, Connection::Access::create).execute("CREATE TABLE t (x)");
    CHECK(restore_refusal(foreign, path).find("another program") != std::string::npos);
    std::ofstream(folder.file("nothing")) << "";
    CHECK(restore_refusal(folder.file("nothing"), path).find("is empty") != std::string::npos);
    CHECK(restore_refusal(folder.file("missing"), path).find("is no file") != std::string::npos);
    const std::string cut = folder.file("cut");
    {
        Connection connection = open_for_reading(path);
        copy_database(connection, cut, IfThere::refuse);
    }
    std::filesystem::resize_file(cut, std::filesystem::file_size(cut) / 2);
    CHECK(restore_refusal(cut, path).find("damaged") != std::string::npos);
    CHECK(device_if_whole(path) == "van");
    CHECK_FALSE(std::filesystem::exists(path + ".restored"));
}

TEST_CASE("a database that another program has open is not replaced under it") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    const std::string copy = folder.file("copy.db");
    make_old_copy(copy, "van");
    std::optional<Connection> import(open_for_writing(path));
    const std::string refusal = restore_refusal(copy, path);
    CHECK(refusal.find("is in use by another program") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(path + ".restored"));
    // What it writes is where it says.
    Devices(*import).add({{"boat", {}, {}, {}}}, 0);
    CHECK(device_if_whole(path) == "boat");
    import.reset();
    CHECK(device_if_whole(restore_database(copy, path)) == "boat");
    CHECK(device_if_whole(path) == "van");
}

TEST_CASE("a copy of an older version is brought to today's on its way") {
    const TemporaryFolder folder;
    const std::string copy = folder.file("copy.db");
    make_old_copy(copy, "van");
    const std::string path = folder.file("waymark.db");
    CHECK(restore_database(copy, path).empty());
    Connection restored = open_for_reading(path);  // which refuses an older version
    CHECK(restored.text("SELECT name FROM device") == "van");
    CHECK(Connection(copy, Connection::Access::read_only).number("PRAGMA user_version") == 1);
}

TEST_CASE("a copy of a newer version is not restored") {
    const TemporaryFolder folder;
    const std::string copy = folder.file("copy.db");
    make_old_copy(copy, "van");
    Connection(copy, Connection::Access::read_write).execute("PRAGMA user_version = 1000");
    const std::string refusal = restore_refusal(copy, folder.file("waymark.db"));
    CHECK(refusal.find("nothing was changed; restore it with the newer program") !=
          std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.file("waymark.db")));
}

TEST_CASE(
    "whoever is killed while restoring leaves the old database or the new one, and the old "
    "one is never lost") {
    const RestoreSteps ours = kill_at_each_step(restore_database);
    CHECK(ours.steps > 15);
    CHECK(ours.lost == 0);
    const RestoreSteps control = kill_at_each_step(overwrite_database);
    CHECK(control.lost > 0);
}
