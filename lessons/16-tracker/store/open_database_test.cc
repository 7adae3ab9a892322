#include "store/open_database.hh"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "store/data_folder.hh"
#include "store/devices.hh"
#include "store/sqlite_engine.hh"
#include "store/store.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

namespace {

std::string opening_refusal(const std::string& path) {
    try {
        open_for_writing(path);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

bool says(const std::string& text, const std::string& part) {
    INFO(text);
    CHECK(text.find('\n') == std::string::npos);
    return text.find(part) != std::string::npos;
}

// A database with some hundred pages, closed, so that all of it is in the file.
void fill(const std::string& path) {
    {
        Connection connection = open_for_writing(path);
        Devices(connection).add({{"van", {}, {}, {}}}, 0);
    }
    Store store(path);
    store.begin();
    for (int i = 0; i < 20'000; ++i) {
        Fix fix;
        fix.device = 1;
        fix.time_ms = 1768025565000 + i;
        store.add(fix);
    }
    CHECK(store.commit().durable);
}

void overwrite(const std::string& path, std::streamoff offset, const std::string& bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// Of the pages that a connection has read and keeps, in bytes.
int kept_by(const Connection& connection) {
    int now = 0, most = 0;
    REQUIRE(::sqlite3_db_status(sqlite_handle(connection), SQLITE_DBSTATUS_CACHE_USED, &now, &most,
                                0) == SQLITE_OK);
    return now;
}

constexpr int kKeptAtMost = 350'000;
constexpr int kAllThereIs = 500'000;  // at least, of what fill() writes
constexpr const char* kReadAll = "SELECT sum(latitude_e7) FROM fix";

}  // namespace

TEST_CASE("a new file is made, and opened again") {
    const TemporaryFolder folder;
    const std::string path = folder.file("new.db");
    CHECK_NOTHROW(open_for_writing(path));
    CHECK_NOTHROW(open_for_writing(path));
    Connection connection = open_for_writing(path);
    CHECK(connection.text("PRAGMA journal_mode") == "wal");
    CHECK(connection.number("PRAGMA synchronous") == 2);
    CHECK(connection.number("PRAGMA foreign_keys") == 1);
}

TEST_CASE("what is no database is refused in one line that says what to do") {
    const TemporaryFolder folder;
    CHECK(says(opening_refusal(folder.path()), "is a folder"));
    const std::string text = folder.file("text");
    std::ofstream(text) << std::string(5000, 'x');
    CHECK(says(opening_refusal(text), "is not a database"));
    const std::string foreign = folder.file("foreign");
    Connection(foreign, Connection::Access::create).execute("CREATE TABLE t (x)");
    CHECK(says(opening_refusal(foreign), "of another program"));
    CHECK_THROWS_AS(open_for_reading(folder.file("missing")), UsageError);
    CHECK_THROWS_AS(open_for_writing(folder.file("no/such/folder.db")), StoreError);
}

TEST_CASE("a damaged file is refused and left as it is") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    fill(path);
    CHECK(opening_refusal(path).empty());
    SUBCASE("cut off") {
        std::filesystem::resize_file(path, 100 * 4096);
    }
    SUBCASE("a page overwritten") {
        overwrite(path, 50 * 4096, std::string(4096, 'x'));
    }
    SUBCASE("the page of the tables overwritten") {
        overwrite(path, 100, std::string(300, 'x'));
    }
    const auto size = std::filesystem::file_size(path);
    CHECK(says(opening_refusal(path), "is damaged"));
    CHECK(std::filesystem::file_size(path) == size);
}

TEST_CASE("the look for damage leaves few of the pages behind that it has read") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    fill(path);
    Connection connection = open_for_writing(path, std::chrono::minutes(1));
    CHECK(kept_by(connection) < kKeptAtMost);
    // The same look with what the writer may keep afterwards: there was enough to leave behind.
    CHECK(connection.text("PRAGMA quick_check(1)") == "ok");
    CHECK(kept_by(connection) > kAllThereIs);
}

TEST_CASE("who reads a long track keeps few of its pages") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    fill(path);
    Connection connection = open_for_reading(path);
    connection.number(kReadAll);
    CHECK(kept_by(connection) < kKeptAtMost);
    connection.execute("PRAGMA cache_size = -2048");
    connection.number(kReadAll);
    CHECK(kept_by(connection) > kAllThereIs);
}

TEST_CASE("a file that may not be written is refused") {
    if (::geteuid() == 0) {
        std::printf("SKIP: store: a file without write permission: root may write everything\n");
        return;
    }
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    open_for_writing(path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    CHECK(says(opening_refusal(path), "cannot be written"));
}

TEST_CASE("the log of a process that died can be emptied, and nothing in it is lost") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    fill(path);
    // A copy taken while a writer is open is what a killed writer leaves.
    const std::string copy = folder.file("copy.db");
    {
        Store store(path);
        store.begin();
        Fix fix;
        fix.device = 1;
        fix.time_ms = 1;
        store.add(fix);
        CHECK(store.commit().durable);
        std::filesystem::copy_file(path, copy);
        std::filesystem::copy_file(path + "-wal", copy + "-wal");
    }
    CHECK(std::filesystem::file_size(copy + "-wal") > 0);
    Connection connection = open_for_writing(copy);
    CHECK(std::filesystem::file_size(copy + "-wal") > 0);
    empty_log(connection);
    CHECK(std::filesystem::file_size(copy + "-wal") == 0);
    CHECK(connection.number("SELECT count(*) FROM fix") == 20'001);
}

TEST_CASE("a data folder is made for its owner alone") {
    const TemporaryFolder folder;
    const std::string made = prepare_data_folder(folder.file("a/b"));
    CHECK(std::filesystem::status(made).permissions() == std::filesystem::perms::owner_all);
    CHECK(prepare_data_folder(made) == made);
    std::ofstream(folder.file("file")) << "x";
    CHECK_THROWS_AS(prepare_data_folder(folder.file("file")), UsageError);
    CHECK_THROWS_AS(prepare_data_folder(folder.file("file/below")), std::system_error);
}

TEST_CASE(
    "the database is its owner's alone, in any folder, with any umask, also one that was not") {
    const TemporaryFolder folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    const std::string path = folder.file("waymark.db");
    const auto check_private = [&path] {
        for (const char* const tail : {"", "-wal", "-shm"}) {
            INFO(tail);
            CHECK(std::filesystem::status(path + tail).permissions() ==
                  std::filesystem::perms(0600));
        }
    };
    ::umask(0);
    {
        Connection connection = open_for_writing(path);
        Devices(connection).add({{"van", {}, {}, {}}}, 0);
        check_private();
        for (const char* const tail : {"", "-wal", "-shm"})
            std::filesystem::permissions(path + tail, std::filesystem::perms(0644));
        Connection other = open_for_writing(path);
        check_private();
    }
    std::filesystem::permissions(path, std::filesystem::perms(0666));
    Connection connection = open_for_writing(path);
    Devices(connection).add({{"boat", {}, {}, {}}}, 0);
    check_private();
    ::umask(022);
}

TEST_CASE("root neither follows another's link nor changes a file with a second name") {
    if (::geteuid() != 0) {
        std::printf("SKIP: store: links of another user: only root makes them\n");
        return;
    }
    constexpr uid_t kNobody = 65534;
    const TemporaryFolder folder;
    const std::string victim = folder.file("victim");
    std::ofstream(victim) << "precious";
    std::filesystem::permissions(victim, std::filesystem::perms(0644));
    const auto mode = [&victim] { return std::filesystem::status(victim).permissions(); };
    const std::string path = folder.file("waymark.db");
    open_for_writing(path);
    for (const char* const tail : {"-shm", "-wal", ""}) {
        const std::string name = path + tail;
        INFO(name);
        std::filesystem::remove(name);
        std::filesystem::create_symlink(victim, name);
        REQUIRE(::lchown(name.c_str(), kNobody, kNobody) == 0);
        CHECK(says(opening_refusal(path), name + " is a link that another user made"));
        std::filesystem::remove(name);
        CHECK(mode() == std::filesystem::perms(0644));
        std::filesystem::create_hard_link(victim, name);
        try {
            open_for_writing(path);
        } catch (const std::exception&) {  // of the database's own name: it is none
        }
        std::filesystem::remove(name);
        CHECK(mode() == std::filesystem::perms(0644));
    }
}

TEST_CASE("one's own link is followed: the database may be on another disk") {
    const TemporaryFolder folder;
    const std::string elsewhere = folder.file("elsewhere.db");
    open_for_writing(elsewhere);
    std::filesystem::permissions(elsewhere, std::filesystem::perms(0644));
    std::filesystem::create_symlink(elsewhere, folder.file("waymark.db"));
    CHECK_NOTHROW(open_for_writing(folder.file("waymark.db")));
    CHECK(std::filesystem::status(elsewhere).permissions() == std::filesystem::perms(0600));
}
