#include "store/store_location.hh"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "store/data_folder.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

namespace {

constexpr const char* kUrl = "postgresql://waymark:s3cret@db.example:5433/places";

std::string refusal_of(std::string_view store) {
    try {
        refuse_wrong_store(store);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a store is a URL that libpq takes, or the file in the folder") {
    for (const char* const right :
         {"", "sqlite", kUrl, "postgres://db/places", "postgresql:///places?host=/run/postgresql",
          "postgresql://waymark:p%40ss%2Fword@a:1,b:2/places?target_session_attrs=read-write"})
        CHECK_MESSAGE(refusal_of(right) == "", right);
    for (const char* const wrong :
         {"SQLite", "/var/lib/waymark.db", "mysql://db/places", "postgresql:/db", "postgresql",
          "postgresql://waymark:s3cret%zz@db/places", "postgresql://db/places?no_such_word=s3cret",
          "postgresql://waymark:s3cret@rest@db/places", "postgresql://waymark:s3c/ret@db/places",
          "postgresql://waymark:s3cret @db/places", "postgresql://[::1/places"}) {
        CHECK_MESSAGE(refusal_of(wrong) != "", wrong);
        CHECK_MESSAGE(refusal_of(wrong).find("s3c") == std::string::npos, refusal_of(wrong));
    }
    CHECK(refusal_of("postgresql://" + std::string(5000, 'a')).find("4000") != std::string::npos);
}

TEST_CASE("what is said is stronger than what the folder remembers") {
    const TemporaryFolder folder;
    const std::string in_folder = database_path(folder.path());
    CHECK(store_location(folder.path(), "") == in_folder);
    CHECK(store_location(folder.path(), kUrl) == kUrl);
    CHECK(store_location(folder.path(), "") == in_folder);  // asking is not remembering
    remember_store(folder.path(), kUrl);
    CHECK(store_location(folder.path(), "") == kUrl);
    CHECK(store_location(folder.path(), "sqlite") == in_folder);
    CHECK(store_location(folder.path(), "postgres://b/c") == "postgres://b/c");
    remember_store(folder.path(), "postgres://b/c");
    CHECK(store_location(folder.path(), "") == "postgres://b/c");
    remember_store(folder.path(), in_folder);
    CHECK(store_location(folder.path(), "") == in_folder);
    remember_store(folder.path(), in_folder);  // nothing to forget any more
}

TEST_CASE("what the folder remembers is for its owner only, and no link is followed") {
    const TemporaryFolder folder;
    remember_store(folder.path(), kUrl);
    const std::string path = folder.path() + "/waymark.store";
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);

    std::filesystem::rename(path, folder.path() + "/elsewhere");
    std::filesystem::create_symlink(folder.path() + "/elsewhere", path);
    CHECK_THROWS_AS(store_location(folder.path(), ""), UsageError);
}

TEST_CASE("what stands in the folder's file and is no store is no file in the folder either") {
    const TemporaryFolder folder;
    std::ofstream(folder.path() + "/waymark.store")
        << "postgresql//typed-by-hand:s3cret@db/places\n";
    try {
        store_location(folder.path(), "");
        FAIL("it was taken");
    } catch (const UsageError& error) {
        const std::string text = error.what();
        CHECK(text.find("waymark.store: store: it is no URL") != text.npos);
        CHECK(text.find("s3cret") == text.npos);
    }
}

TEST_CASE("a password on a command line is seen, whatever option it belongs to") {
    for (const char* const word :
         {kUrl, "--store=postgres://u:p@h/d", "--to=postgresql://h/d?user=u&password=p",
          "postgresql://:p@h/d", "--store=postgresql://h/d?pass%77ord=p", "postgresql://u:p@[h/d"})
        CHECK_MESSAGE(shows_password(word), word);
    for (const char* const word :
         {"--store", "postgresql://u@h:5432/d", "postgresql://h:1,g:2/d?passfile=/etc/p",
          "http://u:p@h/d", "postgres", "/postgres/a:b@c"})
        CHECK_MESSAGE(!shows_password(word), word);
}

TEST_CASE("a server that does not answer is not waited for without an end") {
    for (const char* const seconds : {"0", "-1", "x", "1x"})
        CHECK_THROWS_AS(
            refuse_wrong_store("postgresql://h/d?connect_timeout=" + std::string(seconds)),
            UsageError);
    CHECK_NOTHROW(refuse_wrong_store("postgresql://h/d?connect_timeout=10"));
}

TEST_CASE("a file of certificates is named by its whole path") {
    for (const char* const url :
         {"postgresql://h/d?sslrootcert=ca.pem", "postgresql://h/d?sslkey=./key",
          "postgresql://h/d?passfile=~/.pgpass", "postgresql://h/d?service=mine"})
        CHECK_THROWS_AS(refuse_wrong_store(url), UsageError);
    for (const char* const url :
         {"postgresql://h/d?sslrootcert=/etc/ca.pem&sslmode=verify-full",
          "postgresql://h/d?sslrootcert=system", "postgresql://h/d?sslkey=pkcs11:token%3Da"})
        CHECK_NOTHROW(refuse_wrong_store(url));
}
